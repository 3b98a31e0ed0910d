"""The way out: classifiers with networks as modules, ONNX files and folders to keep."""

from sknoisy.export._folder import load, save
from sknoisy.export._module import to_module
from sknoisy.export._onnx import to_onnx

__all__ = ["load", "save", "to_module", "to_onnx"]
