import assert from "node:assert/strict";
import { PulumiProject } from "../support/pulumi-project";

/** A secret output, as the state shows it to who may see secrets. */
const plain = (text: string, key: string): string => {
  const found = new RegExp(`"${key}": \\{[^}]*"plaintext": "(?<json>(?:[^"\\\\]|\\\\.)*)"`).exec(text)?.groups?.json;
  return JSON.parse(JSON.parse(`"${found ?? ""}"`) as string) as string;
};

describe("the stand-in random and tls plugins", function () {
  this.timeout(120_000);
  let project: PulumiProject;

  before(async () => {
    project = await PulumiProject.create();
  });
  after(() => project.remove());

  it("make secrets once, which are in the state in no clear text but as IDs", async () => {
    await project.declare({
      password: { type: "random:index/randomPassword:RandomPassword", inputs: { length: 40 } },
      bytes: { type: "random:index/randomBytes:RandomBytes", inputs: { length: 40 } },
      key: { type: "tls:index/privateKey:PrivateKey", inputs: { algorithm: "ECDSA", ecdsaCurve: "P256" } },
    });
    const first = await project.up();
    assert.equal(first.exitCode, 0, first.text);
    const { text: shown } = await project.run(["stack", "export", "--show-secrets"]);
    const { text } = await project.run(["stack", "export"]);
    const [password, bytes, key] = [plain(shown, "result"), plain(shown, "base64"), plain(shown, "privateKeyPem")];
    assert.equal(password.length, 40);
    const [begin = "", line = ""] = key.split("\n");
    assert.equal(begin, "-----BEGIN EC PRIVATE KEY-----");
    assert.ok(!text.includes(password) && !text.includes(line));
    // As the real plugin has it: whose value is to be a secret is not to be one of these.
    assert.equal((await project.state("bytes"))?.id, bytes);
    assert.ok(text.includes(bytes));
    assert.ok(!first.text.includes(password) && !first.text.includes(bytes));

    const second = await project.up();
    assert.deepEqual(Object.keys(second.changes), ["same"]);
    assert.equal(plain((await project.run(["stack", "export", "--show-secrets"])).text, "result"), password);
  });
});
