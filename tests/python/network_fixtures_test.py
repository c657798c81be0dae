"""The files in tests/data/networks are what make.py there writes with this torch."""
import pathlib
import sys
import tempfile
import unittest

import support
import numpy as np

FOLDER = support.SOURCE / "tests/data/networks"
sys.path.insert(0, str(FOLDER))
import make

TOLERANCE = 1e-5  # another torch may round otherwise


class Fixtures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.fresh = pathlib.Path(temporary.name)
        make.main(cls.fresh)

    def stored_and_fresh(self, pattern):
        stored = sorted(FOLDER.glob(pattern))
        self.assertTrue(stored)
        self.assertEqual({path.name for path in stored}, {path.name for path in self.fresh.glob(pattern)})
        return [(path, self.fresh / path.name) for path in stored]

    def test_weights_are_bit_equal(self):
        for stored, fresh in self.stored_and_fresh("*_tensors.tsv"):
            self.assertEqual(stored.read_text(), fresh.read_text())

    def test_arrays_agree(self):
        for stored, fresh in self.stored_and_fresh("*.npz"):
            stored, fresh = np.load(stored), np.load(fresh)
            self.assertEqual(stored.files, fresh.files)
            for name in stored.files:
                np.testing.assert_allclose(fresh[name], stored[name], TOLERANCE, TOLERANCE, err_msg=name)

    def test_module_summaries_agree(self):
        for stored, fresh in self.stored_and_fresh("*_modules.tsv"):
            lines = [path.read_text().splitlines() for path in (stored, fresh)]
            stored, fresh = ([line.split("\t") for line in half] for half in lines)
            self.assertEqual([row[:2] for row in stored], [row[:2] for row in fresh])
            numbers = [np.array([row[2:] for row in rows], float) for rows in (fresh, stored)]
            np.testing.assert_allclose(*numbers, TOLERANCE, TOLERANCE)


if __name__ == "__main__":
    unittest.main()
