import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { stringify } from "yaml";
import { differences } from "../../../../cli/preview/difference";
import { type Document, documentsOf } from "../../../../cli/preview/documents";
import type { Registered } from "../../../../cli/preview/mock-engine";
import { asMarkdown, asText, type PreviewReport } from "../../../../cli/preview/report";

const registered = (type: string, name: string, inputs: object): Registered => ({
  ...{ type, name, inputs, parent: undefined, provider: undefined, dependsOn: [], outputs: undefined },
});
const documentOf = (type: string, inputs: object) => documentsOf([registered(type, "one", inputs)])[0] as Document;

describe("the document of a resource", () => {
  it("has user data decoded, and the files in it", () => {
    const packed = Buffer.from(gzipSync("key = 1\n")).toString("base64");
    const agent = { encoding: "b64", content: Buffer.from('{"server":true}').toString("base64"), path: "/etc/a.json" };
    const text = `#cloud-config\n${stringify({ write_files: [agent, { encoding: "gz+b64", content: packed, path: "/etc/b" }] })}`;
    const { section, text: document } = documentOf("aws:ec2/launchTemplate:LaunchTemplate", {
      userData: Buffer.from(gzipSync(text)).toString("base64"),
    });
    assert.equal(section, "User data and agents' configuration");
    assert.equal(
      document,
      "userData:\n  write_files:\n    - content:\n        server: true\n      path: /etc/a.json\n    - content: |\n        key = 1\n      path: /etc/b\n",
    );
  });

  it("has user data of others in its lines, packed or not", () => {
    const script = "#!/bin/sh\necho hello\n";
    const encoded = Buffer.from(script).toString("base64");
    for (const inputs of [{ userData: script }, { userData: encoded }, { userDataBase64: encoded }]) {
      const { text } = documentOf("aws:ec2/instance:Instance", inputs);
      assert.match(text, /^userData(Base64)?: \|\n {2}#!\/bin\/sh\n {2}echo hello\n$/);
    }
    // What does not hold together stays as it is.
    assert.equal(documentOf("aws:ec2/instance:Instance", { userData: "reboot" }).text, "userData: reboot\n");
    const { text } = documentOf("aws:ec2/instance:Instance", { userData: "#cloud-config\n{" });
    assert.equal(text, "userData: |-\n  #cloud-config\n  {\n");
  });

  it("has policies as what they say, a job file in its lines, and keys in one order", () => {
    const policy = documentOf("aws:iam/rolePolicy:RolePolicy", { role: "r", policy: '{"Version":"1","Statement":[]}' });
    assert.deepEqual(
      [policy.section, policy.text],
      ["Policies", 'policy:\n  Statement: []\n  Version: "1"\nrole: r\n'],
    );
    const job = documentOf("nomad:index/job:Job", { jobspec: 'job "a" {\n}\n' });
    assert.deepEqual([job.section, job.text], ["Jobs", 'jobspec: |\n  job "a" {\n  }\n']);
  });

  it("shows nothing of secrets", () => {
    const { text } = documentOf("aws:ssm/parameter:Parameter", { name: "a", value: { secret: "hush" } });
    assert.equal(text, 'name: a\nvalue: "[secret]"\n');
  });

  it("leaves alone what only looks like another format", () => {
    const other = { content: "a", encoding: "latin1" };
    assert.equal(documentOf("a:b:C", other).text, "content: a\nencoding: latin1\n");
    const inputs = { a: "{not json", b: "[", c: "H4sIgarbage", d: "${x}" };
    assert.deepEqual(documentOf("a:b:C", inputs).text.split("\n").length, 5);
    assert.match(documentOf("a:b:C", inputs).text, /^a: "?\{not json"?$/m);
  });
});

describe("differences", () => {
  const document = (title: string, text: string): Document => ({ section: "Jobs", title, text });

  it("are what was added, removed and changed, as unified diffs", () => {
    const found = differences(
      [document("a", "x: 1\ny: 2\n"), document("b", "gone: 1\n"), document("same", "s: 1\n")],
      [document("a", "x: 1\ny: 3\n"), document("c", "new: 1\n"), document("same", "s: 1\n")],
    );
    assert.deepEqual(
      found.map(({ title, change, diff }) => [title, change, diff]),
      [
        ["a", "changed", "--- a\n+++ a\n@@ -1,2 +1,2 @@\n x: 1\n-y: 2\n+y: 3"],
        ["b", "removed", "--- b\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-gone: 1"],
        ["c", "added", "--- /dev/null\n+++ c\n@@ -0,0 +1,1 @@\n+new: 1"],
      ],
    );
  });
});

describe("a preview's report", () => {
  const report = (more: Partial<PreviewReport> = {}): PreviewReport => ({
    ...{ stack: "dev", base: "main", differences: [] },
    ...{ cost: { before: { total: 100 }, after: { total: 100 } } },
    ...more,
  });
  const changed = (title: string, diff: string) => ({ section: "Jobs", title, change: "changed", diff }) as const;

  it("says that nothing differs, and what it costs", () => {
    assert.equal(
      asText(report()),
      "Stack dev, compared with main\nIt asks for the same resources.\nList price a month, without traffic: $100.00, as before.",
    );
  });

  it("says what the price was and is, and why there is none", () => {
    const price = (cost: PreviewReport["cost"]) => asText(report({ cost })).split("\n")[2];
    const [what, before] = ["List price a month, without traffic", { total: 100 }];
    assert.equal(price({ before, after: { total: 112.5 } }), `${what}: $112.50, +$12.50 (before: $100.00).`);
    assert.equal(price({ before, after: { total: 90 } }), `${what}: $90.00, -$10.00 (before: $100.00).`);
    assert.equal(
      price({ before, after: { reason: "no region" } }),
      `${what}: before $100.00, after not known (no region).`,
    );
  });

  it("is Markdown with folded diffs, in fences that what they hold does not end", () => {
    const text = asMarkdown(report({ differences: [changed("a:b:C <x>", "+```hcl\n```\n+x")] }), "Previewing\n```\n");
    assert.match(
      text,
      /^### Stack dev, compared with main\n\n- Resources of the program: 0 added, 0 removed, 1 changed\./,
    );
    assert.ok(text.includes("<summary><code>a:b:C &lt;x&gt;</code> is changed</summary>\n\n````diff\n+```hcl\n"), text);
    assert.ok(text.indexOf("<code>pulumi preview</code>") < text.indexOf("#### Jobs"), text);
  });

  it("fits into a comment, and says how much it left out", () => {
    const long = "+x\n".repeat(1000);
    const found = ["a", "b", "c"].map((title) => changed(title, long));
    const text = asMarkdown(report({ differences: found }), undefined, 8000);
    assert.ok(text.length <= 8000, String(text.length));
    assert.match(text, /\*\*1 of 4 parts are left out here for their length\.\*\*/);
  });
});
