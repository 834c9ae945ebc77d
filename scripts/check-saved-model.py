"""Runs SavedModels of `seg export --format saved-model` in TensorFlow and TFLite; prints one line of JSON a folder.

Each folder has saved_model.pb, x.bin (float32) and y.json, the outputs that are expected of it by name.
Usage: python scripts/check-saved-model.py FOLDER...
"""
import json
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import numpy as np
import tensorflow as tf


def distance(found, expected):
    expected = np.array(expected, np.float64)
    largest = max(1.0, float(np.abs(expected).max()))
    return float(np.abs(np.asarray(found, np.float64).reshape(-1) - expected).max()) / largest


def in_tflite(folder, x):
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    interpreter = tf.lite.Interpreter(model_content=converter.convert())
    run = interpreter.get_signature_runner('serving_default')
    return run(**{name: x for name in run.get_input_details()})


for folder in sys.argv[1:]:
    run = tf.saved_model.load(folder).signatures['serving_default']
    (name, spec), = run.structured_input_signature[1].items()
    x = np.fromfile(os.path.join(folder, 'x.bin'), np.float32).reshape(spec.shape)
    with open(os.path.join(folder, 'y.json')) as file:
        expected = json.load(file)
    found = run(**{name: tf.constant(x)})
    light = in_tflite(folder, x)
    print(json.dumps({
        'folder': folder,
        'shapes': {key: list(value.shape) for key, value in found.items()},
        'tensorflow': max(distance(found[key].numpy(), values) for key, values in expected.items()),
        'tflite': max(distance(light[key], values) for key, values in expected.items()),
    }), flush=True)
