"""The training loop: warm-up, constant rate, decay; averaged weights; a state file to go on from.

A step's batch depends on the seed, the step and the worker only, so a run that was interrupted and resumed ends in
the same weights as one that was not. The rate stays constant until the decay, which takes the last steps: how long a
run shall be can be decided, and changed, at any time before that.
"""
import copy
import math
import os
import pathlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import numpy as np
import torch

from files import write_whole
from graphed import Graphed, joined
from shortcuts import take_shortcuts
from workers import Alone

LATEST, UNDECAYED = "latest.pt", "undecayed.pt"


@dataclass(frozen=True)
class Schedule:
    """A rate's factor by step: up in the first few, 1, and down to 0 in the last `decay` of `steps`."""

    steps: int
    decay: int

    @property
    def warmup(self):
        return max(1, min(300, self.steps // 10))

    @property
    def decay_start(self):
        return self.steps - self.decay

    def factor(self, step):
        warm = min(1.0, (step + 1) / self.warmup)
        left = (self.steps - step) / self.decay if step >= self.decay_start else 1.0
        return warm * (1 - math.sqrt(1 - left))


def saved_state(folder, schedule, device="cpu"):
    """The state in `folder` to go on from under that schedule: the latest, or the last one before its decay if that
    has begun under another schedule. None when there is none."""
    if not (folder / LATEST).exists():
        return None
    state = torch.load(folder / LATEST, map_location=device)
    begun = Schedule(**state["schedule"])
    if begun == schedule:
        return state
    if state["step"] > begun.decay_start:
        state = torch.load(folder / UNDECAYED, map_location=device)
    if state["step"] > schedule.decay_start:
        raise ValueError(f"{folder} is at step {state['step']}: too late for a decay from step "
                         f"{schedule.decay_start}; give more steps")
    return state


class Average:
    """An exponential moving average of a model's weights and running statistics."""

    def __init__(self, model, decay=0.999):
        self.decay, self.updates = decay, 0
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        pairs = list(zip(self.model.state_dict().values(), model.state_dict().values()))  # shared with the models
        self.mine, self.theirs = zip(*(pair for pair in pairs if pair[0].is_floating_point()))
        self.counters = [pair for pair in pairs if not pair[0].is_floating_point()]

    def update(self):
        self.updates += 1
        decay = min(self.decay, self.updates / (10 + self.updates))  # early on the past is worth little
        with torch.no_grad():
            torch._foreach_mul_(self.mine, decay)
            torch._foreach_add_(self.mine, self.theirs, alpha=1 - decay)
            for mine, theirs in self.counters:
                mine.copy_(theirs)


class Trainer:
    """Trains `model` into `folder`.

    batch_of(generator) makes a batch with `pictures` and to(device), while the step before is computed;
    loss_of(outputs, batch) gives the parts of the loss by name. `rates` maps a prefix of parameter names to the
    peak learning rate, "" being the rest. Of several `workers`, each makes its own batches, and the first saves
    and tells. The part of the model whose path is `settled` ("" is all of it) keeps the statistics of its
    normalisation. `graphed` steps are recorded and played back: see graphed.py.
    """

    def __init__(self, model, batch_of, loss_of, folder, schedule, rates, seed=0, bf16=False, workers=Alone(),
                 settled=None, graphed=False):
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = model.to(self.device, memory_format=torch.channels_last)
        self.average = Average(self.model)
        take_shortcuts(self.model, None if settled is None else self.model.get_submodule(settled))
        self.gradients = Graphed(self.model.parameters(), self.compute) if graphed else self.compute
        self.batch_of, self.loss_of, self.seed, self.bf16 = batch_of, loss_of, seed, bf16
        self.parts_of = joined(self.parts) if graphed else self.parts
        self.folder, self.schedule, self.step = pathlib.Path(folder), schedule, 0
        self.workers = workers
        self.ahead, self.next_batch = ThreadPoolExecutor(1), (None, None)
        self.optimizer = torch.optim.AdamW(self.parameter_groups(rates), weight_decay=5e-4,
                                           **({"fused": True} if self.device == "cuda" else {}))

    def parameter_groups(self, rates):
        groups = {prefix: [] for prefix in rates}
        for name, parameter in self.model.named_parameters():
            groups[max((prefix for prefix in rates if name.startswith(prefix)), key=len)].append(parameter)
        return [{"params": group, "lr": rates[prefix], "peak": rates[prefix]}
                for prefix, group in groups.items()]

    # ---- States ------------------------------------------------------------------------------------------------

    def save(self, name):
        if self.workers.rank != 0:
            return
        state = {"step": self.step, "schedule": asdict(self.schedule), "seed": self.seed,
                 "updates": self.average.updates, "model": self.model.state_dict(),
                 "average": self.average.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        write_whole(self.folder / name, lambda file: torch.save(state, file))

    def resume(self):
        """Goes on from the state to go on from; False when there is none."""
        state = saved_state(self.folder, self.schedule, self.device)
        if state is None:
            return False
        if state["seed"] != self.seed:
            raise ValueError(f"{self.folder} was begun with the seed {state['seed']}, not {self.seed}")
        self.step, self.average.updates = state["step"], state["updates"]
        self.model.load_state_dict(state["model"])
        self.average.model.load_state_dict(state["average"])
        peaks = [group["peak"] for group in self.optimizer.param_groups]  # as asked for now, not as saved
        self.optimizer.load_state_dict(state["optimizer"])
        for group, peak in zip(self.optimizer.param_groups, peaks):
            group["peak"] = peak
        return True

    # ---- Steps -------------------------------------------------------------------------------------------------

    def batch(self):
        """This step's batch, and the next one is begun."""
        def begin(step):
            random = np.random.default_rng([self.seed, step, self.workers.rank])
            return step, self.ahead.submit(self.batch_of, random)

        step, batch = self.next_batch if self.next_batch[0] == self.step else begin(self.step)
        self.next_batch = begin(self.step + 1)
        return batch.result()

    def parts(self, batch):
        """The loss's parts by name."""
        with torch.autocast(self.device, torch.bfloat16, enabled=self.bf16):
            outputs = self.model(batch.pictures)
        return self.loss_of(outputs, batch)

    def compute(self, batch):
        """The same, with gradients left in the parameters."""
        parts = self.parts_of(batch)
        sum(parts.values()).backward()
        return {name: part.detach() for name, part in parts.items()}

    def one_step(self):
        self.model.train()
        factor = self.schedule.factor(self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        batch = self.batch().to(self.device)
        self.optimizer.zero_grad(set_to_none=True)
        parts = self.gradients(batch)
        self.workers.average(list(self.model.parameters()))
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 10.0)
        self.optimizer.step()
        self.average.update()
        self.step += 1
        return parts  # not read here: a GPU need not be waited for

    def run(self, until, save_seconds=120, tell_steps=100,
            tell=lambda line: print(line, file=sys.stderr, flush=True)):
        """Goes on to the step `until`; returns the averaged model."""
        saved = told = time.monotonic()
        sums, told_at = {}, self.step
        while self.step < until:
            if self.step == self.schedule.decay_start:
                self.save(UNDECAYED)
            for name, part in self.one_step().items():
                sums[name] = sums.get(name, 0) + part
            now = time.monotonic()
            if self.step % tell_steps == 0 and self.workers.rank == 0:
                pace = (now - told) / (self.step - told_at)
                means = "  ".join(f"{name} {float(part) / (self.step - told_at):.4f}" for name, part in sums.items())
                tell(f"step {self.step}/{self.schedule.steps}  {means}  {pace:.3f} s/step  "
                     f"{pace * (self.schedule.steps - self.step) / 60:.0f} min left")
                sums, told, told_at = {}, now, self.step
            if now - saved > save_seconds:
                self.save(LATEST)
                saved = now
        self.save(LATEST)
        return self.average.model
