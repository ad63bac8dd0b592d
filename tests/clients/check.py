"""Call a running `undertone serve` as a program for a Gradio app does.

    python check.py URL RECORDING NOT_A_RECORDING [TOKEN]

Print the result as one JSON object. Fail where Gradio's own server would behave differently.
"""
import json
import sys
import time

from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

url, recording, other, *token = sys.argv[1:]


def check(claim, holds):
    if not holds:
        sys.exit(f"not true: {claim}")


def same(one, other):
    """Return whether two results agree. Recordings that are analyzed together differ in the last bits."""
    shares = [{it["label"]: it["confidence"] for it in result["confidences"]} for result in (one, other)]
    agree = all(abs(shares[0][label] - shares[1][label]) < 1e-4 for label in shares[0])
    return one["label"] == other["label"] and shares[0].keys() == shares[1].keys() and agree


def error_of(call):
    try:
        call()
    except AppError as error:
        return str(error)
    sys.exit("the call did not fail")


if token:
    try:
        Client(url, verbose=False)
    except Exception:  # the client does not document which one
        pass
    else:
        sys.exit("a client without a token was not refused")
    Client(url, verbose=False, headers={"Authorization": f"Bearer {token[0]}"})
client = Client(url, verbose=False, token=token[0] if token else None)

predicted = client.predict(handle_file(recording), api_name="/predict")
check("the result is the value of a gr.Label", set(predicted) == {"label", "confidences"})
confidences = predicted["confidences"]
check("the result has all classes", all(set(it) == {"label", "confidence"} for it in confidences))
check("the best comes first", confidences[0]["label"] == predicted["label"])
ordered = sorted(confidences, key=lambda it: -it["confidence"])
check("the classes are in order of confidence", [it["label"] for it in ordered] == [it["label"] for it in confidences])
check("the confidences sum to 1", abs(sum(it["confidence"] for it in confidences) - 1) < 1e-5)

check("a call by keyword gives the same", same(client.predict(audio=handle_file(recording), api_name="/predict"), predicted))
check("a call without api_name gives the same", same(client.predict(handle_file(recording)), predicted))

job = client.submit(handle_file(recording), api_name="/predict")
statuses = set()
while not job.done():
    statuses.add(job.status().code.name)
    time.sleep(0.001)
check("a submitted job ends", same(job.result(), predicted) and [same(it, predicted) for it in job.outputs()] == [True])
check("a submitted job has a status at the end", job.status().code.name == "FINISHED" and job.status().success)
check("a submitted job has a known status before", statuses <= {"STARTING", "IN_QUEUE", "PROCESSING", "FINISHED"})

jobs = [client.submit(handle_file(recording), api_name="/predict") for _ in range(20)]
check("many calls at once give the same", all(same(job.result(), predicted) for job in jobs))

message = error_of(lambda: client.predict(handle_file(other), api_name="/predict"))
check("an error gives its reason", "not an audio file" in message)
message = error_of(lambda: client.predict(handle_file("http://192.0.2.1/a.wav"), api_name="/predict"))
check("URLs are not fetched", "not fetched" in message)
sample = client.predict(handle_file(f"{url}/samples/neutral.flac"), api_name="/predict")
check("URLs of samples are accepted", set(sample) == {"label", "confidences"})

shown = client.view_api(print_info=False, return_format="str")
check("the function is described", 'predict(audio, api_name="/predict") -> emotion' in shown)
api = client.view_api(print_info=False, return_format="dict")
check("the function's return value is described", api["named_endpoints"]["/predict"]["returns"][0]["component"] == "Label")
print(json.dumps(predicted))
client.close()
