"""What the two training programs share: options, and the way from a network and batches to a checkpoint."""
import os
import pathlib
import sys
import time

import numpy as np
import torch

from files import write_whole
from loop import Schedule, Trainer
from networks import fit_half
from workers import Alone, Workers


def tell(line):
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)


def cores():
    return len(os.sched_getaffinity(0))


def positive(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def add_training_options(parser, **defaults):
    def number(name, kind, explanation):
        parser.add_argument(f"--{name}", type=kind, default=defaults[name],
                            help=f"{explanation} (default: {defaults[name]})")

    parser.add_argument("--out", required=True, type=pathlib.Path, help="the checkpoint to write")
    parser.add_argument("--work", type=pathlib.Path, help="folder to keep the work in (default: OUT.work)")
    number("steps", positive, "length of the training")
    number("decay", int, "the last so many steps lower the learning rate")
    number("batch", positive, "crops in a step")
    number("rate", float, "peak learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1 if torch.cuda.is_available() else cores(),
                        help="processes that share each step's crops, a core each (default: one for each core, "
                             "a single one with a GPU)")
    parser.add_argument("--half", action="store_true", help="write float16, half as large a file")
    parser.add_argument("--bf16", action="store_true", help="compute in bfloat16: faster where the CPU has it")


def prepare(options):
    """For a program's start, once its options are known."""
    options.workers = max(1, min(options.workers, options.batch))
    if torch.cuda.is_available():
        torch.backends.cudnn.benchmark = True  # shapes are few and seen thousands of times
    else:
        torch.set_num_threads(1)
    np.finfo(np.float32), np.finfo(np.float64)  # numpy looks at the smallest numbers now, and not when they are gone
    torch.set_flush_denormal(True)
    options.work = options.work or options.out.with_name(options.out.name + ".work")
    options.work.mkdir(parents=True, exist_ok=True)


def schedule_of(options):
    return Schedule(options.steps, options.decay)


def train(options, network, batches, loss, rates, until, settled=None, graphed=False):
    """Trains the network to the step `until`, going on with what --work has; returns it with averaged weights.
    `batches` are one worker's part of --batch; `graphed` where they may be played back on a GPU."""
    workers = Workers(options.workers, list(network.parameters())) if options.workers > 1 else Alone()
    trainer = Trainer(network, batches, loss, options.work, schedule_of(options), rates,
                      seed=options.seed, bf16=options.bf16, workers=workers, settled=settled,
                      graphed=torch.cuda.is_available() and graphed)
    if trainer.resume() and workers.rank == 0:
        tell(f"going on from step {trainer.step}")
    trained = trainer.run(until, tell=tell)
    if workers.rank != 0:
        sys.exit(0)
    return trained


def write_checkpoint(network, path, half=False):
    """An ordinary state_dict on the CPU, in the layout torch has by default."""
    if half:
        fit_half(network)
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    if half:
        state = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    write_whole(path, lambda file: torch.save(state, file))
