"""The net that ships: trained with torch on labels and on the trees' opinion, exported for numpy."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from cleaner.features import Floats
from cleaner.tagger import FARTHEST

WIDTH = 64
STEPS = (1, 2, 4, 8, 1)
DROPOUT = 0.15
NAMELESS = 0.2  # share of pages shown without any class word
WORDLESS = 0.15  # share of class words, and
FEATURELESS = 0.03  # share of features, left out at random
BLOCKS = 4000  # blocks in a batch
RATE = 4e-3


class Sample(NamedTuple):
    """A page for training: standardised features; sets of class words and each block's row among them; targets between 0 and 1, weights."""

    features: Floats
    near: Floats
    around: Floats
    rows: Any
    targets: Floats
    weights: Floats


class Dropout:
    """Dropout whose masks are pieces of one long mask: drawing each anew takes a fifth of the training time."""

    def __init__(self, rng: np.random.Generator, size: int = 4_000_000) -> None:
        self.rng = rng
        self.mask = torch.from_numpy(((rng.random(size, dtype=np.float32) > DROPOUT) / (1 - DROPOUT)).astype(np.float32))

    def __call__(self, h: torch.Tensor) -> torch.Tensor:
        size = h.numel()
        if size > len(self.mask):
            return F.dropout(h, DROPOUT)
        at = int(self.rng.integers(0, len(self.mask) - size + 1))
        return h * self.mask[at : at + size].view(h.shape)


class Net(nn.Module):
    """See cleaner.tagger, which runs the same with numpy."""

    def __init__(self, features: int, words: int) -> None:
        super().__init__()
        self.dense = nn.Linear(features, WIDTH)
        self.near = nn.Linear(words, WIDTH, bias=False)
        self.around = nn.Linear(words, WIDTH, bias=False)
        self.convolutions = nn.ModuleList([nn.Conv1d(WIDTH, WIDTH, 3, padding=step, dilation=step) for step in STEPS])
        self.whole = nn.Linear(2 * WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, 1)
        self.dropout: Dropout | None = None
        nn.init.normal_(self.near.weight, std=0.02)
        nn.init.normal_(self.around.weight, std=0.02)

    def forward(self, x: torch.Tensor, near: torch.Tensor, around: torch.Tensor, rows: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        """Return scores (pages, blocks). `rows`: a block's set of words; `there`: 1 where there is a block, else 0."""
        words = F.embedding(rows, self.near(near) + self.around(around))
        h = F.relu(self.dense(x) + words) * there[..., None]
        h, mask = h.transpose(1, 2), there[:, None]
        for k, convolution in enumerate(self.convolutions):
            if k == 2:
                mean = h.sum(2) / mask.sum(2)
                most = (h - 1e4 * (1 - mask)).amax(2)
                h = (h + F.relu(self.whole(torch.cat([mean, most], 1)))[:, :, None]) * mask
            more = F.relu(convolution(h))
            h = (h + (more if self.dropout is None else self.dropout(more))) * mask
        scores: torch.Tensor = self.out(h.transpose(1, 2))[..., 0]
        return scores


def train(samples: list[Sample], epochs: int, seed: int) -> Net:
    """Train a net; the same samples and seed give the same net on one thread."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = Net(samples[0].features.shape[1], samples[0].near.shape[1])
    net.dropout = Dropout(rng)
    plans = [_batches(samples, rng) for _ in range(epochs)]
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=sum(map(len, plans)) + 1, pct_start=0.15)
    for plan in plans:
        for batch in plan:
            x, near, around, rows, there, targets, weights = _filled([samples[i] for i in batch], rng)
            losses = F.binary_cross_entropy_with_logits(net(x, near, around, rows, there), targets, reduction="none")
            loss = (losses * weights).sum() / weights.sum()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    net.dropout = None
    return net.eval()


def _batches(samples: list[Sample], rng: np.random.Generator) -> list[list[int]]:
    """Pages of about one length together."""
    sizes = [len(s.targets) for s in samples]
    order = sorted(range(len(samples)), key=lambda i: sizes[i] + rng.random() * 0.2 * sizes[i])
    plan: list[list[int]] = [[]]
    longest = 0
    for i in order:
        longest = max(longest, sizes[i])
        if plan[-1] and (len(plan[-1]) + 1) * longest > BLOCKS:
            plan.append([])
            longest = sizes[i]
        plan[-1].append(i)
    rng.shuffle(plan)
    return plan


def _filled(batch: list[Sample], rng: np.random.Generator) -> list[torch.Tensor]:
    """Return pages as tensors of one length, with features, class words, or all class words of a page left out at random."""
    longest = max(len(s.targets) for s in batch)
    features = np.zeros((len(batch), longest, batch[0].features.shape[1]), dtype=np.float32)
    rows = np.zeros((len(batch), longest), dtype=np.int64)
    there, targets, weights = (np.zeros((len(batch), longest), dtype=np.float32) for _ in range(3))
    near, around = [], []
    sets = 0
    for k, sample in enumerate(batch):
        n = len(sample.targets)
        features[k, :n] = sample.features * (rng.random(sample.features.shape[1]) > FEATURELESS)
        known = (rng.random(sample.near.shape[1]) > WORDLESS) * (rng.random() > NAMELESS)
        near.append(sample.near * known.astype(np.float32))
        around.append(sample.around * known.astype(np.float32))
        rows[k, :n] = sample.rows + sets
        sets += len(sample.near)
        there[k, :n] = 1
        targets[k, :n] = sample.targets
        weights[k, :n] = sample.weights
    return [torch.from_numpy(a) for a in (features, np.concatenate(near), np.concatenate(around), rows, there, targets, weights)]


def exported(net: Net, mean: Floats, scale: Floats, words: list[str], names: list[str]) -> dict[str, Any]:
    """Return the net as arrays, as cleaner.tagger.Tagger reads them."""

    def array(tensor: torch.Tensor) -> Floats:
        return np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float32)

    out: dict[str, Any] = {
        "words": np.array(" ".join(words)),
        "features": np.array("\n".join(names)),
        "mean": mean,
        "scale": scale,
        "dense": array(net.dense.weight.T),
        "bias": array(net.dense.bias),
        "near": array(net.near.weight.T),
        "around": array(net.around.weight.T),
        "steps": np.array(STEPS),
        "whole": array(net.whole.weight.T),
        "whole_bias": array(net.whole.bias),
        "out": array(net.out.weight[0]),
        "out_bias": array(net.out.bias[0]),
    }
    for k, convolution in enumerate(net.convolutions):
        out[f"convolution{k}"] = array(torch.cat([convolution.weight[:, :, i].T for i in range(3)]))
        out[f"bias{k}"] = array(convolution.bias)
    return out


def standardised(features: Floats, mean: Floats, scale: Floats) -> Floats:
    """Return features in standard deviations from their mean, cut off as the tagger does."""
    return np.asarray(np.clip((features - mean) / scale, -FARTHEST, FARTHEST), dtype=np.float32)
