"""What the run needs beside the document: Schemathesis itself must be able to go on."""

import schemathesis

# The keys of the run itself and of the gateway's own tools.
OWN_KEYS = {"operator", "agent"}


def ends_the_run(case):
    """Whether everything behind this case would be refused: our key revoked, or all trading halted."""
    label = case.operation.label
    if label == "DELETE /api/v1/keys/{id}":
        return (case.path_parameters or {}).get("id") in OWN_KEYS
    body = case.body if isinstance(case.body, dict) else {}
    return label == "PUT /api/v1/kill" and body.get("scope") == "global" and body.get("state") in ("halted", "reducing")


@schemathesis.hook
def filter_case(context, case):
    """Everything is tried but what ends the run."""
    return not ends_the_run(case)
