"""What the stand-in of AWS lets roles read: run by ../boot.test.ts."""

import base64
import io
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "cloud"))

import rights  # noqa: E402

ARN = "arn:aws:ssm:eu-central-1:123456789012:parameter/cos/blue/client/ring"
HERE = ("eu-central-1", "123456789012")
KEY = "arn:aws:kms:eu-central-1:123456789012:key/k"
READ = {"Effect": "Allow", "Action": ["ssm:GetParameter"], "Resource": [ARN]}
DECRYPT = {
    "Effect": "Allow",
    "Action": "kms:Decrypt",
    "Resource": KEY,
    "Condition": {"StringEquals": {"kms:EncryptionContext:PARAMETER_ARN": [ARN]}},
}


class Rights(unittest.TestCase):
    def setUp(self):
        self.addCleanup(rights.policies_of.clear)
        self.addCleanup(rights.keys.clear)

    def why(self, *statements, name="/cos/blue/client/ring"):
        rights.policies_of["ASIA1"] = [{"Statement": list(statements)}]
        return rights.refusal("ASIA1", rights.to_read(name, *HERE))

    def why_not(self, operation, body, *statements):
        rights.policies_of["ASIA1"] = [{"Statement": list(statements)}]
        return rights.refusal("ASIA1", rights.to_use(operation, body, *HERE))

    def test_a_parameter_is_read_by_who_is_allowed_to_alone(self):
        self.assertIsNone(self.why(READ))
        self.assertIsNone(self.why({**READ, "Action": "ssm:Get*", "Resource": "*"}))
        self.assertIn(f"not authorized to perform: ssm:GetParameter on resource: {ARN}", self.why())
        self.assertIn("ssm:GetParameter", self.why(READ, name="/cos/blue/consul-server/ring"))
        self.assertIn("ssm:GetParameter", self.why(READ, {**READ, "Effect": "Deny"}))
        self.assertIn("ssm:GetParameter", self.why({**READ, "Condition": {"Bool": {"a": "true"}}}), "a condition that is not known")

    def test_its_key_is_to_be_allowed_too_and_for_this_parameter(self):
        rights.keys["/cos/blue/client/ring"] = KEY
        self.assertIsNone(self.why(READ, DECRYPT))
        self.assertIn(f"kms:Decrypt on resource: {KEY}", self.why(READ))
        other = {"StringEquals": {"kms:EncryptionContext:PARAMETER_ARN": ARN + "2"}}
        self.assertIn("kms:Decrypt", self.why(READ, {**DECRYPT, "Condition": other}))

    def test_a_key_is_used_by_who_is_allowed_to_with_the_context_that_is_said(self):
        key = KEY.replace("key/k", f"key/{'k' * 36}")
        plain = {**DECRYPT, "Resource": key, "Condition": {"Null": {"kms:EncryptionContextKeys": "true"}}}
        sealed = {"CiphertextBlob": base64.b64encode(b"k" * 36 + b"...").decode()}
        self.assertIsNone(self.why_not("Decrypt", sealed, plain))
        self.assertIn(f"kms:Decrypt on resource: {key}", self.why_not("Decrypt", sealed, DECRYPT))
        context = {"EncryptionContext": {"PARAMETER_ARN": ARN}}
        self.assertIn("kms:Decrypt", self.why_not("Decrypt", {**sealed, **context}, plain))
        self.assertIsNone(self.why_not("Decrypt", {**sealed, **context}, {**DECRYPT, "Resource": key}))
        self.assertIn("kms:Encrypt", self.why_not("Encrypt", {"KeyId": key}, plain))
        self.assertIsNone(self.why_not("DescribeKey", {"KeyId": "k" * 36}, {**plain, "Action": "kms:DescribeKey"}))

    def test_instances_without_policies_and_other_requests_are_let_through(self):
        self.assertIsNone(rights.refusal("ASIA2", rights.to_read("/a", *HERE)))

        def ask(target, key):
            body = json.dumps({"Name": "/a"}).encode()
            environ = {
                "HTTP_X_AMZ_TARGET": target,
                "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={key}/20260101/eu-central-1/ssm/aws4_request",
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": io.BytesIO(body),
            }
            said = []
            application = lambda environ, start: [environ["wsgi.input"].read()]  # noqa: E731
            answer = rights.guarded(application, "eu-central-1", "123456789012")(environ, lambda status, _: said.append(status))
            return said, json.loads(b"".join(answer))

        rights.policies_of["ASIA1"] = []
        self.assertEqual(ask("AmazonSSM.GetParameter", "ASIA2"), ([], {"Name": "/a"}))
        self.assertEqual(ask("AmazonSSM.PutParameter", "ASIA1"), ([], {"Name": "/a"}))
        said, answer = ask("AmazonSSM.GetParameter", "ASIA1")
        self.assertEqual((said, answer["__type"]), (["400 Bad Request"], "AccessDeniedException"))


if __name__ == "__main__":
    unittest.main()
