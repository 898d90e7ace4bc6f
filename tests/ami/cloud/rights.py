"""
What roles may do with parameters and keys, of which moto knows nothing narrower than `*`: a small part of IAM, in front of the services' own answers.

Requests of instances that were made with the policies of their role are allowed by those alone: `ssm:GetParameter`, and for parameters that are encrypted
with a key of one's own `kms:Decrypt` of that key, with the encryption context that Parameter Store gives; and what KMS itself is asked for. Anything else is
let through.
"""

import base64
import io
import json
import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any

# Policies by access key: what instances sign with.
policies_of: dict[str, list[dict[str, Any]]] = {}
# ARN of the KMS key by name of the parameter.
keys: dict[str, str] = {}

CREDENTIAL = re.compile(r"Credential=([^/]+)/")
# The services whose requests are looked at, by how they name them.
PARAMETER_STORE = "AmazonSSM.GetParameter"
KMS = "TrentService."
# Length of a key's ID, with which moto's ciphertexts begin.
KEY_ID_LENGTH = 36

# What a request is about, by condition key.
Context = dict[str, str]
# An action, the ARN of what it is done to, and its context.
Need = tuple[str, str, Context]


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def is_met(operator: str, value: str | None, wanted: Any) -> bool:
    """Whether a value is what a condition wants; a kind of condition that is not known here is not met."""
    if operator == "Null":
        return (value is None) == (wanted == "true")
    return operator == "StringEquals" and value in listed(wanted)


def meets(conditions: dict[str, dict[str, Any]], context: Context) -> bool:
    """Whether a request's context is what a statement wants."""
    return all(is_met(operator, context.get(key), wanted) for operator, of in conditions.items() for key, wanted in of.items())


def allows(policies: list[dict[str, Any]], action: str, resource: str, context: Context) -> bool:
    """Whether policies allow an action: one statement allows it, and none denies it."""

    def applies(statement: dict[str, Any]) -> bool:
        return (
            any(fnmatchcase(action.lower(), pattern.lower()) for pattern in listed(statement["Action"]))
            and any(fnmatchcase(resource, pattern) for pattern in listed(statement["Resource"]))
            and meets(statement.get("Condition", {}), context)
        )

    effects = {statement["Effect"] for policy in policies for statement in policy["Statement"] if applies(statement)}
    return effects == {"Allow"}


def to_read(name: str, region: str, account: str) -> list[Need]:
    """What it takes to read a parameter."""
    parameter = f"arn:aws:ssm:{region}:{account}:parameter/{name.removeprefix('/')}"
    needs: list[Need] = [("ssm:GetParameter", parameter, {})]
    if name in keys:
        context = {"kms:EncryptionContextKeys": "PARAMETER_ARN", "kms:EncryptionContext:PARAMETER_ARN": parameter}
        needs.append(("kms:Decrypt", keys[name], context))
    return needs


def to_use(operation: str, body: dict[str, Any], region: str, account: str) -> list[Need]:
    """What it takes to have KMS do something with a key."""
    # A ciphertext says itself which key it is of.
    of = body.get("KeyId") or base64.b64decode(body.get("CiphertextBlob", ""))[:KEY_ID_LENGTH].decode(errors="replace")
    key = of if of.startswith("arn:") else f"arn:aws:kms:{region}:{account}:key/{of}"
    given = body.get("EncryptionContext") or {}
    context = {f"kms:EncryptionContext:{name}": value for name, value in given.items()}
    if given:
        context["kms:EncryptionContextKeys"] = next(iter(given))
    return [(f"kms:{operation}", key, context)]


def refusal(access_key: str, needs: list[Need]) -> str | None:
    """Why something is not to be done, in AWS's words."""
    policies = policies_of.get(access_key)
    if policies is None:
        return None
    for action, resource, context in needs:
        if not allows(policies, action, resource, context):
            return f"{access_key} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
    return None


def guarded(application: Callable[..., Iterable[bytes]], region: str, account: str) -> Callable[..., Iterable[bytes]]:
    """The services, asked only for what who asks may do."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if target != PARAMETER_STORE and not target.startswith(KMS):
            return application(environ, start_response)
        text = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        signed = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        body = json.loads(text)
        needs = to_read(body["Name"], region, account) if target == PARAMETER_STORE else to_use(target.removeprefix(KMS), body, region, account)
        why = refusal(signed.group(1) if signed else "", needs)
        if why is None:
            return application({**environ, "wsgi.input": io.BytesIO(text)}, start_response)
        said = json.dumps({"__type": "AccessDeniedException", "message": why}).encode()
        start_response("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(said)))])
        return [said]

    return answer
