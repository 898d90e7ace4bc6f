import assert from "node:assert/strict";
import { type Architecture, architectureOf, isBurstable } from "../../../components/instance-type";

const types: Record<Architecture, string[]> = {
  arm64: [
    ...[
      "a1.large",
      "t4g.micro",
      "m6gd.medium",
      "m7g.large",
      "m8g.metal-24xl",
      "c7gn.16xlarge",
      "c8gb.large",
      "r8gd.xlarge",
    ],
    ...[
      "g5g.xlarge",
      "im4gn.large",
      "is4gen.medium",
      "i4g.large",
      "i8ge.large",
      "x2gd.medium",
      "x8g.large",
      "hpc7g.4xlarge",
    ],
    "p6e-gb200.36xlarge",
  ],
  x86_64: [
    ...[
      "t2.nano",
      "t3.micro",
      "t3a.small",
      "m5dn.24xlarge",
      "m7i-flex.large",
      "c5.metal",
      "c8i-flex.large",
      "r7iz.metal-16xl",
    ],
    ...[
      "g4dn.xlarge",
      "g4ad.xlarge",
      "g5.xlarge",
      "g6e.xlarge",
      "gr6.4xlarge",
      "p4de.24xlarge",
      "trn1n.32xlarge",
      "inf2.xlarge",
    ],
    ...[
      "u-6tb1.metal",
      "u-12tb1.112xlarge",
      "u7i-12tb.224xlarge",
      "u7in-16tb.224xlarge",
      "x2idn.metal",
      "d3en.xlarge",
      "vt1.3xlarge",
    ],
    "p6-b200.48xlarge",
  ],
};

describe("architectureOf", () => {
  for (const [architecture, names] of Object.entries(types)) {
    for (const name of names) {
      it(`${name} is ${architecture}`, () => {
        assert.equal(architectureOf(name), architecture);
      });
    }
  }

  for (const name of [
    "",
    "t4g",
    "t4g.",
    ".micro",
    "micro",
    "T4g.micro",
    "t4g micro",
    "t4g.micro ",
    "4g.micro",
    "mac2.metal",
    "mac2-m2pro.metal",
  ]) {
    it(`"${name}" is none that runs Linux`, () => {
      assert.equal(architectureOf(name), undefined);
    });
  }
});

describe("isBurstable", () => {
  it("is true of T families that have credits, and of nothing else", () => {
    const names = [...types.arm64, ...types.x86_64, "trn2.48xlarge", "t1.micro"];
    assert.deepEqual(names.filter(isBurstable), ["t4g.micro", "t2.nano", "t3.micro", "t3a.small"]);
  });
});
