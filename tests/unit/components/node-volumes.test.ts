import assert from "node:assert/strict";
import { mountErrors, mountsOf } from "../../../components/node/mounts";
import { blockDeviceMappings, type DataVolume, volumesErrors } from "../../../components/node/volumes";

const volume: DataVolume = { device: "/dev/sdf", sizeGiB: 20, mountPoint: "/data" };

describe("blockDeviceMappings", () => {
  it("is an encrypted root volume, gp3, of 8 GiB, where nothing is said", () => {
    assert.deepEqual(blockDeviceMappings(undefined, [], undefined), [
      {
        deviceName: "/dev/xvda",
        ebs: { volumeSize: 8, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
      },
    ]);
  });

  it("says the size of a root volume whatever else is said: EC2's emulators start no node otherwise", () => {
    assert.deepEqual(blockDeviceMappings({ type: "gp2" }, [], undefined), [
      {
        deviceName: "/dev/xvda",
        ebs: { volumeSize: 8, volumeType: "gp2", encrypted: "true", deleteOnTermination: "true" },
      },
    ]);
  });

  it("has all that is said of volumes, and one key for all that are blank", () => {
    const root = { sizeGiB: 30, type: "io2", iops: 1000 } as const;
    const data: DataVolume[] = [
      { ...volume, iops: 4000, throughput: 500, deleteOnTermination: false },
      { device: "/dev/xvdb", snapshotId: "snap-1", mountPoint: "/seed", type: "st1" },
    ];
    assert.deepEqual(blockDeviceMappings(root, data, "arn:key"), [
      {
        deviceName: "/dev/xvda",
        ebs: {
          volumeSize: 30,
          volumeType: "io2",
          iops: 1000,
          encrypted: "true",
          kmsKeyId: "arn:key",
          deleteOnTermination: "true",
        },
      },
      {
        deviceName: "/dev/sdf",
        ebs: {
          volumeSize: 20,
          volumeType: "gp3",
          iops: 4000,
          throughput: 500,
          encrypted: "true",
          kmsKeyId: "arn:key",
          deleteOnTermination: "false",
        },
      },
      { deviceName: "/dev/xvdb", ebs: { volumeType: "st1", snapshotId: "snap-1", deleteOnTermination: "true" } },
    ]);
  });
});

describe("volumesErrors", () => {
  const of = (wrong: Partial<DataVolume>) =>
    volumesErrors(undefined, [{ ...volume, ...wrong }]).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);

  it("accepts what AWS takes, at its bounds", () => {
    const good: Partial<DataVolume>[] = [
      { sizeGiB: 1 },
      { sizeGiB: 65536, iops: 80000, throughput: 2000 },
      { sizeGiB: 1, iops: 3000, throughput: 750 },
      { type: "gp2", sizeGiB: 16384 },
      { type: "io1", sizeGiB: 4, iops: 200 },
      { type: "io2", sizeGiB: 65536, iops: 256000 },
      { type: "st1", sizeGiB: 125 },
      { type: "sc1", sizeGiB: 16384 },
      { type: "standard", sizeGiB: 1024 },
      { sizeGiB: undefined, snapshotId: "snap-1" },
      { device: "/dev/sdp" },
      { device: "/dev/xvdb" },
      { device: "/dev/xvdz" },
    ];
    for (const each of good) assert.deepEqual(of(each), [], JSON.stringify(each));
  });

  const refused: [wrong: object, error: string][] = [
    [{ sizeGiB: 0 }, "sizeGiB: must be a whole number from 1 to 65536 on volumes of type gp3, got 0"],
    [{ sizeGiB: 1.5 }, "sizeGiB: must be a whole number from 1 to 65536 on volumes of type gp3, got 1.5"],
    [{ sizeGiB: 65537 }, "sizeGiB: must be a whole number from 1 to 65536 on volumes of type gp3, got 65537"],
    [
      { type: "st1", sizeGiB: 124 },
      "sizeGiB: must be a whole number from 125 to 16384 on volumes of type st1, got 124",
    ],
    [{ iops: 2999 }, "iops: must be a whole number from 3000 to 80000 on volumes of type gp3, got 2999"],
    [{ iops: 10001 }, "iops: must be at most 10000 on 20 GiB of type gp3 (500 a GiB), got 10001"],
    [{ type: "io1", iops: 1001 }, "iops: must be at most 1000 on 20 GiB of type io1 (50 a GiB), got 1001"],
    [{ type: "io2" }, "iops: is required on volumes of type io2"],
    [{ type: "gp2", iops: 3000 }, "iops: cannot be set on volumes of type gp2, got 3000"],
    [{ throughput: 124 }, "throughput: must be a whole number from 125 to 2000 on volumes of type gp3, got 124"],
    [{ throughput: 751 }, "throughput: must be at most 750 with 3000 iops (0.25 each), got 751"],
    [{ type: "io2", iops: 100, throughput: 200 }, "throughput: cannot be set on volumes of type io2, got 200"],
    [{ type: "gp4" }, 'type: must be one of gp3, gp2, io1, io2, st1, sc1, standard, got "gp4"'],
    [{ sizeGiB: undefined }, "sizeGiB: is required where there is no snapshotId"],
    [{ device: "/dev/xvda" }, 'device: "/dev/xvda" is the device of the root volume'],
    [{ device: "/dev/sda1" }, 'device: "/dev/sda1" is the device of the root volume'],
    [{ device: "/dev/sde" }, 'device: must be /dev/sdf to /dev/sdp or /dev/xvdb to /dev/xvdz, got "/dev/sde"'],
    [{ device: "sdf" }, 'device: must be /dev/sdf to /dev/sdp or /dev/xvdb to /dev/xvdz, got "sdf"'],
    [{ device: "/dev/nvme1n1" }, 'device: must be /dev/sdf to /dev/sdp or /dev/xvdb to /dev/xvdz, got "/dev/nvme1n1"'],
  ];
  for (const [wrong, error] of refused) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      assert.deepEqual(of(wrong), [`dataVolumes[0].${error}`]);
    });
  }

  it("refuses a device twice, under either of its names", () => {
    const errors = volumesErrors(undefined, [
      volume,
      { ...volume, device: "/dev/sdg" },
      { ...volume, device: "/dev/xvdf" },
    ]);
    assert.deepEqual(errors, [
      {
        propertyPath: "dataVolumes[2].device",
        reason: 'names the same device as dataVolumes[0].device (/dev/xvdf), got "/dev/xvdf"',
      },
    ]);
  });

  it("refuses a root volume that nothing boots from, or of a wrong size", () => {
    assert.deepEqual(volumesErrors({ type: "st1", sizeGiB: 8 }, []), [
      {
        propertyPath: "rootVolume.sizeGiB",
        reason: "must be a whole number from 125 to 16384 on volumes of type st1, got 8",
      },
      { propertyPath: "rootVolume.type", reason: "no system boots from a volume of type st1" },
    ]);
    assert.deepEqual(volumesErrors({ type: "io1", iops: 401 }, []), [
      { propertyPath: "rootVolume.iops", reason: "must be at most 400 on 8 GiB of type io1 (50 a GiB), got 401" },
    ]);
  });
});

describe("mounts of nodes", () => {
  it("come in an order in which none hides another", () => {
    assert.deepEqual(
      mountsOf({
        dataVolumes: [
          { ...volume, mountPoint: "/data/db/log" },
          { ...volume, device: "/dev/sdg", fileSystem: "xfs" },
        ],
        instanceStorage: { mountPoint: "/data/scratch" },
        fileSystems: [{ id: "fs-1", mountPoint: "/data/db" }],
      }),
      [
        { kind: "volume", device: "/dev/sdg", mountPoint: "/data", fileSystem: "xfs" },
        { kind: "efs", id: "fs-1", mountPoint: "/data/db", readOnly: false },
        { kind: "volume", device: "/dev/sdf", mountPoint: "/data/db/log", fileSystem: "ext4" },
        { kind: "instance-storage", mountPoint: "/data/scratch", fileSystem: "ext4" },
      ],
    );
  });

  const at = (mountPoint: string) => mountErrors({ dataVolumes: [{ ...volume, mountPoint }] });

  for (const path of [
    "/data",
    "/srv/data",
    "/mnt/a",
    "/var/lib/docker",
    "/var/lib/nomad",
    "/opt/nomad",
    "/home/app",
    "/etcetera",
  ]) {
    it(`take ${path}`, () => {
      assert.deepEqual(at(path), []);
    });
  }

  const system = [
    "/",
    "/etc",
    "/etc/cos",
    "/usr",
    "/usr/bin",
    "/var",
    "/var/lib",
    "/var/lib/consul",
    "/boot",
    "/boot/efi",
  ];
  for (const path of [
    ...system,
    "/proc",
    "/sys/fs",
    "/dev",
    "/run",
    "/run/lock",
    "/var/run",
    "/tmp",
    "/home",
    "/root",
    "/opt",
  ]) {
    it(`refuse ${path}, the system's`, () => {
      assert.deepEqual(at(path), [
        {
          propertyPath: "dataVolumes[0].mountPoint",
          reason: `"${path}" belongs to the system; choose another, such as /data`,
        },
      ]);
    });
  }

  for (const path of ["", "data", "./data", "/data/", "//data", "/data/../etc", "/data/.", "/da ta", "/$HOME"]) {
    it(`refuse "${path}", no plain absolute path`, () => {
      assert.match(at(path)[0]?.reason ?? "", /^must be an absolute path of letters, .*, got "/);
    });
  }

  it("refuse one mount point twice, and unknown file systems, wherever they are", () => {
    assert.deepEqual(
      mountErrors({
        dataVolumes: [volume, { ...volume, fileSystem: "zfs" as "xfs" }],
        instanceStorage: { mountPoint: "/scratch", fileSystem: "btrfs" as "xfs" },
        fileSystems: [{ id: "fs-1", mountPoint: "/data" }],
      }),
      [
        { propertyPath: "dataVolumes[1].mountPoint", reason: '"/data" is dataVolumes[0].mountPoint too' },
        { propertyPath: "fileSystems[0].mountPoint", reason: '"/data" is dataVolumes[0].mountPoint too' },
        { propertyPath: "dataVolumes[1].fileSystem", reason: 'must be "ext4" or "xfs", got "zfs"' },
        { propertyPath: "instanceStorage.fileSystem", reason: 'must be "ext4" or "xfs", got "btrfs"' },
      ],
    );
  });
});
