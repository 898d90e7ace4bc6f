"""
What roles may do with parameters, of which moto knows nothing narrower than `*`: a small part of IAM, in front of the services' own answers.

Requests of instances that were made with the policies of their role are allowed by those alone: `ssm:GetParameter`, and for parameters that are encrypted
with a key of one's own `kms:Decrypt` of that key, with the encryption context that Parameter Store gives. Anything else is let through.
"""

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
TARGET = "AmazonSSM.GetParameter"


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def meets(conditions: dict[str, dict[str, Any]], context: dict[str, str]) -> bool:
    """Whether a request's context is what a statement wants; a kind of condition that is not known here is not met."""
    return all(
        operator == "StringEquals" and all(context.get(key) in listed(wanted) for key, wanted in of.items())
        for operator, of in conditions.items()
    )


def allows(policies: list[dict[str, Any]], action: str, resource: str, context: dict[str, str]) -> bool:
    """Whether policies allow an action: one statement allows it, and none denies it."""

    def applies(statement: dict[str, Any]) -> bool:
        return (
            any(fnmatchcase(action.lower(), pattern.lower()) for pattern in listed(statement["Action"]))
            and any(fnmatchcase(resource, pattern) for pattern in listed(statement["Resource"]))
            and meets(statement.get("Condition", {}), context)
        )

    effects = {statement["Effect"] for policy in policies for statement in policy["Statement"] if applies(statement)}
    return effects == {"Allow"}


def refusal(access_key: str, name: str, region: str, account: str) -> str | None:
    """Why a parameter is not to be read, in AWS's words."""
    policies = policies_of.get(access_key)
    if policies is None:
        return None
    parameter = f"arn:aws:ssm:{region}:{account}:parameter/{name.removeprefix('/')}"
    needed = [("ssm:GetParameter", parameter, {})]
    if name in keys:
        needed.append(("kms:Decrypt", keys[name], {"kms:EncryptionContext:PARAMETER_ARN": parameter}))
    for action, resource, context in needed:
        if not allows(policies, action, resource, context):
            return f"{access_key} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
    return None


def guarded(application: Callable[..., Iterable[bytes]], region: str, account: str) -> Callable[..., Iterable[bytes]]:
    """The services, asked only for what who asks may do."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_X_AMZ_TARGET") != TARGET:
            return application(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        signed = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        why = refusal(signed.group(1) if signed else "", json.loads(body)["Name"], region, account)
        if why is None:
            return application({**environ, "wsgi.input": io.BytesIO(body)}, start_response)
        text = json.dumps({"__type": "AccessDeniedException", "message": why}).encode()
        start_response("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(text)))])
        return [text]

    return answer
