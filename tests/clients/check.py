"""Calls a running `undertone serve` as a program written for a Gradio app does.

    python check.py URL RECORDING NOT_A_RECORDING [TOKEN]

Prints what was answered as one JSON object; fails where Gradio's own server would have done otherwise.
"""
import json
import sys
import time

from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

url, recording, other, *token = sys.argv[1:]


def check(what, is_so):
    if not is_so:
        sys.exit(f"not so: {what}")


def error_of(call):
    try:
        call()
    except AppError as error:
        return str(error)
    sys.exit("no error arrived")


if token:
    try:
        Client(url, verbose=False)
    except Exception:  # which one is not promised
        pass
    else:
        sys.exit("a client without a token was not refused")
    Client(url, verbose=False, headers={"Authorization": f"Bearer {token[0]}"})
client = Client(url, verbose=False, token=token[0] if token else None)

predicted = client.predict(handle_file(recording), api_name="/predict")
check("the result is what gr.Label gives", set(predicted) == {"label", "confidences"})
confidences = predicted["confidences"]
check("all classes are there", all(set(it) == {"label", "confidence"} for it in confidences))
check("the best comes first", confidences[0]["label"] == predicted["label"])
ordered = sorted(confidences, key=lambda it: -it["confidence"])
check("in order", [it["label"] for it in ordered] == [it["label"] for it in confidences])
check("they sum to 1", abs(sum(it["confidence"] for it in confidences) - 1) < 1e-5)

check("by keyword too", client.predict(audio=handle_file(recording), api_name="/predict") == predicted)
check("without a name too", client.predict(handle_file(recording)) == predicted)

job = client.submit(handle_file(recording), api_name="/predict")
statuses = set()
while not job.done():
    statuses.add(job.status().code.name)
    time.sleep(0.001)
check("a submitted job ends", job.result() == predicted and job.outputs() == [predicted])
check("with a status", job.status().code.name == "FINISHED" and job.status().success)
check("and has one before", statuses <= {"STARTING", "IN_QUEUE", "PROCESSING", "FINISHED"})

jobs = [client.submit(handle_file(recording), api_name="/predict") for _ in range(20)]
check("many at once", all(job.result() == predicted for job in jobs))

message = error_of(lambda: client.predict(handle_file(other), api_name="/predict"))
check("an error says why", "not an audio file" in message)
message = error_of(lambda: client.predict(handle_file("http://192.0.2.1/a.wav"), api_name="/predict"))
check("addresses are not fetched", "not fetched" in message)
sample = client.predict(handle_file(f"{url}/samples/calm.wav"), api_name="/predict")
check("but samples are known", set(sample) == {"label", "confidences"})

shown = client.view_api(print_info=False, return_format="str")
check("the function is described", 'predict(audio, api_name="/predict") -> emotion' in shown)
api = client.view_api(print_info=False, return_format="dict")
check("with what it gives", api["named_endpoints"]["/predict"]["returns"][0]["component"] == "Label")
print(json.dumps(predicted))
client.close()
