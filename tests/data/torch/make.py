#!/usr/bin/env python3
"""Makes the small checkpoints in this folder, with PyTorch 1.13: real files for the loaders' tests.

Element i of a tensor in row-major order is (start + i) / 8, so that every float type holds it exactly; the tests know
the starts. Run it in this folder; the files' bytes differ between PyTorch versions, their contents do not.
"""
import torch


def ramp(start, *shape, dtype=torch.float32):
    count = int(torch.Size(shape).numel())
    return ((torch.arange(count, dtype=torch.float64) + start) / 8).reshape(shape).to(dtype)


def small_model():
    model = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3))
    model.load_state_dict({
        "0.weight": ramp(0, 3, 2, 3, 3), "0.bias": ramp(100, 3), "1.weight": ramp(200, 3), "1.bias": ramp(300, 3),
        "1.running_mean": ramp(400, 3), "1.running_var": ramp(500, 3), "1.num_batches_tracked": torch.tensor(7)})
    return model


class Tagged(torch.Tensor):
    pass


def main():
    torch.manual_seed(0)
    model = small_model()
    torch.save(model.state_dict(), "zip.pth")
    torch.save(model.state_dict(), "zip_protocol4.pth", pickle_protocol=4)
    torch.save(model.state_dict(), "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(model, "whole_model.pth")
    torch.jit.script(model).save("torchscript.pt")

    wrapped = torch.nn.DataParallel(small_model())
    optimizer = torch.optim.SGD(wrapped.parameters(), lr=0.1, momentum=0.9)
    for parameter in wrapped.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    training = {"epoch": 3, "state_dict": wrapped.state_dict(), "optimizer": optimizer.state_dict(),
                "best": torch.tensor(0.5)}
    torch.save(training, "training_zip.pth")
    torch.save(training, "training_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(optimizer.state_dict(), "optimizer.pth")

    dtypes = {"f16": ramp(0, 4, dtype=torch.float16), "bf16": ramp(10, 4, dtype=torch.bfloat16),
              "f32": ramp(20, 4), "f64": ramp(30, 4, dtype=torch.float64), "i8": torch.tensor([-1, 2], dtype=torch.int8),
              "u8": torch.tensor([255], dtype=torch.uint8), "i16": torch.tensor([-300], dtype=torch.int16),
              "i32": torch.tensor([-70000], dtype=torch.int32), "i64": torch.tensor([1 << 40]),
              "bool": torch.tensor([True, False]), "c64": torch.tensor([1 + 2j])}
    torch.save(dtypes, "dtypes_zip.pth")
    torch.save(dtypes, "dtypes_legacy.pth", _use_new_zipfile_serialization=False)

    base = ramp(0, 4, 6)
    views = {"base": base, "transposed": base.t(), "part": base[1:3, 2:5], "stepped": base[::2, ::3],
             "column": base[:, 1], "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3),
             "parameter": torch.nn.Parameter(ramp(50, 2, 2)),
             "channels_last": ramp(60, 1, 2, 2, 2).contiguous(memory_format=torch.channels_last)}
    torch.save(views, "views_zip.pth")
    torch.save(views, "views_legacy.pth", _use_new_zipfile_serialization=False)

    layouts = {"dense": ramp(0, 2), "quantized": torch.quantize_per_tensor(ramp(0, 2, 2), 0.125, 3, torch.quint8),
               "sparse": ramp(0, 2, 3).to_sparse(), "tagged": ramp(10, 3).as_subclass(Tagged),
               "meta": torch.zeros(2, device="meta")}
    torch.save(layouts, "layouts.pth")


if __name__ == "__main__":
    main()
