"""Finds the faces in many pictures with Spark: spark-submit spark_pipe.py PHOTOS.txt OUT

PHOTOS.txt has a path on each line, which every worker can read; OUT becomes a folder of JSON lines, in the order of the
list. Each task looks at its pictures with one process of one thread, which loads the model once. $FEATHERFACE is the
command (default "featherface detect").
"""
import os
import sys

from pyspark import SparkContext

photos, out = sys.argv[1:]
command = os.environ.get("FEATHERFACE", "featherface detect")
# Pictures that cannot be read have a line with 'error': exit code 3 is no reason to do the others again.
task = f"sh -c '{command} --format jsonl --threads 1 --files-from - || [ $? -eq 3 ]'"

spark = SparkContext(appName="featherface")
paths = spark.textFile(photos, minPartitions=4 * spark.defaultParallelism)
paths.pipe(task, checkCode=True).saveAsTextFile(out)
