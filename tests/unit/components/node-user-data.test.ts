import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";
import { cloudConfig, userData, userDataLimit } from "../../../components/node/user-data";

const files = [
  { path: "/etc/consul.d/cos.json", content: { datacenter: "eu", retry_join: ["provider=aws"] } },
  { path: "/etc/cos/node.json", content: { meta: "quotes \" ' and # : {{ }} ${} ü 😀 \u2028" } },
];

describe("user data of nodes", () => {
  it("is a cloud-config, packed by gzip", () => {
    assert.equal(gunzipSync(Buffer.from(userData(files), "base64")).toString(), cloudConfig(files));
  });

  it("writes the files, then starts the boot program without waiting for it", () => {
    const text = cloudConfig(files);
    assert.ok(text.startsWith("#cloud-config\n"), text.slice(0, 20));
    const config = parse(text) as { write_files: { content: string }[] };
    assert.deepEqual(config, {
      write_files: [
        {
          path: "/etc/consul.d/cos.json",
          permissions: "0644",
          encoding: "b64",
          content: "eyJkYXRhY2VudGVyIjoiZXUiLCJyZXRyeV9qb2luIjpbInByb3ZpZGVyPWF3cyJdfQ==",
        },
        { path: "/etc/cos/node.json", permissions: "0644", encoding: "b64", content: config.write_files[1]?.content },
      ],
      runcmd: [["systemctl", "start", "--no-block", "cos-boot.service"]],
    });
    const second = Buffer.from(config.write_files[1]?.content ?? "", "base64").toString();
    assert.deepEqual(JSON.parse(second), files[1]?.content);
  });

  it("is of printable ASCII, whatever the files hold, so that every YAML reader takes it", () => {
    assert.match(cloudConfig(files), /^[\n -~]*$/);
  });

  it("is the same on every machine and at any time: no time and no operating system in its header", () => {
    const header = Buffer.from(userData(files), "base64").subarray(0, 10);
    assert.deepEqual([...header], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3]);
    assert.equal(userData(files), userData(structuredClone(files)));
  });

  it("is packed to known bytes: a change here makes a new launch template of every group", () => {
    assert.equal(
      userData([{ path: "/a", content: {} }]),
      "H4sIAAAAAAACAx2MTQ6CQAyF9xyjbhklkbAg8SSEGBgKTpxpybRoDOHuVlcv73s/Jx95m5xnmsNS7PDOQfE+h4gCbbfDOugDWrgMUMKKOQWRwGQZVE1dG0TyPAVajIzND9iVIql5vFY3OPoS8kY+TfbXgXxEMXmN1hQdspo6R+zGyP75n4sbmfUsmF/BI/T9UXwBb6mRZaYAAAA=",
    );
  });

  it("is refused beyond EC2's 16 KiB, with the sizes of its files", () => {
    // Random text does not pack: base64 in base64 comes to its own size again.
    const content = (bytes: number) => [
      { path: "/etc/big.json", content: { text: randomBytes(bytes).toString("base64") } },
    ];
    const fits = Buffer.from(userData(content(12_000)), "base64").length;
    assert.ok(fits <= userDataLimit && fits > userDataLimit - 1000, `${fits} bytes`);
    assert.throws(
      () => userData(content(13_000)),
      /at most 16384 bytes, packed, got \d{5}; .*\/etc\/big\.json 17\d{3}\. Shorten/,
    );
  });
});
