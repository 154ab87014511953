"""Runs models in ONNX Runtime, apart from the caller: it may crash on what is broken.

usage: ort_worker.py, with lines "MODEL INPUTS.npz OUTPUTS.npz" on its standard input

Answers each line with "ok" or "refused: <why>".
"""

import os
import resource
import sys

import numpy as np
import onnxruntime

LIMIT = 8 << 30


def run(model, inputs, outputs):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    given = np.load(inputs)
    names = [output.name for output in session.get_outputs()]
    results = session.run(names, {i.name: given[i.name] for i in session.get_inputs()})
    np.savez(outputs, **{f"{i}": result for i, result in enumerate(results)})


def main():
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            run(*line.split())
            answer = "ok"
        except Exception as error:  # whatever it is, it is a refusal
            answer = "refused: " + " ".join(str(error).split())[:300]
        answers.write(answer + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
