import { closeSync, openSync, readFileSync, readlinkSync, readSync, writeSync } from "node:fs";
import { findProcesses, isAlive, type ProcessRecord, recordOf } from "../../local/processes";

/** What has the time of its own. */
const agents = ["consul", "nomad"];

/** Memory of a process as it was, at an address. */
interface Former {
  process: ProcessRecord;
  at: number;
  bytes: Buffer;
}

/**
 * Puts the wall clock of a host's agents wrong, and right again. The kernel has one clock for all, but each process has a copy
 * of its own of the code that reads it (vdso(7)): that copy is replaced. An agent that starts anew has the right time.
 */
export class Clock {
  private former: Former[] = [];

  /**
   * @param leader process ID of the host's init
   * @param seconds how far ahead the clock is, below 2^31
   */
  shift(leader: string, seconds: number): void {
    if (process.arch !== "x64") throw new Error("clocks can be shifted on x86-64 only");
    const namespace = readlinkSync(`/proc/${leader}/ns/pid`);
    const found = findProcesses(({ command: [file = ""] }) => agents.some((name) => file.endsWith(`/${name}`)));
    for (const pid of found.filter((each) => readlinkSync(`/proc/${each}/ns/pid`) === namespace)) {
      const at = clockGettime(pid);
      const code = shifted(seconds);
      this.former.push({ process: recordOf(pid, ""), at, bytes: read(pid, at, code.length) });
      write(pid, at, code);
    }
  }

  /** All clocks are right again. */
  restore(): void {
    // The last first: a clock may have been shifted twice.
    for (const { process: record, at, bytes } of this.former.reverse()) {
      if (isAlive(record)) write(record.pid, at, bytes);
    }
    this.former = [];
  }
}

/** `clock_gettime` of x86-64 that asks the kernel, and adds seconds where it is asked for the wall clock. */
function shifted(seconds: number): Buffer {
  const code = Buffer.from([
    ...[0xb8, 228, 0, 0, 0], // mov eax, SYS_clock_gettime
    ...[0x0f, 0x05], // syscall
    ...[0x85, 0xff], // test edi, edi: CLOCK_REALTIME is 0
    ...[0x75, 0x07], // jne to ret
    ...[0x48, 0x81, 0x06, 0, 0, 0, 0], // add qword [rsi], seconds
    0xc3, // ret
  ]);
  code.writeInt32LE(seconds, code.length - 5);
  return code;
}

/** Address of `__vdso_clock_gettime` in a process. */
function clockGettime(pid: number): number {
  const range = /^([0-9a-f]+)-([0-9a-f]+) .*\[vdso\]$/m.exec(readFileSync(`/proc/${pid}/maps`, "utf8"));
  if (!range) throw new Error(`process ${pid} has no vdso`);
  const [start = 0, end = 0] = range.slice(1).map((text) => parseInt(text, 16));
  return start + symbolIn(read(pid, start, end - start), "__vdso_clock_gettime");
}

/** Value of a dynamic symbol of a 64-bit ELF image, see elf(5). */
function symbolIn(image: Buffer, wanted: string): number {
  const number = (at: number) => Number(image.readBigUInt64LE(at));
  const sections = number(0x28);
  const section = (index: number) => sections + index * image.readUInt16LE(0x3a);
  const indexes = [...Array(image.readUInt16LE(0x3c)).keys()];
  const SHT_DYNSYM = 11;
  const symbols = indexes.map(section).find((at) => image.readUInt32LE(at + 4) === SHT_DYNSYM);
  if (symbols === undefined) throw new Error("the vdso has no symbols");
  const names = number(section(image.readUInt32LE(symbols + 0x28)) + 0x18);
  const first = number(symbols + 0x18);
  for (let at = first; at < first + number(symbols + 0x20); at += 24) {
    const name = names + image.readUInt32LE(at);
    if (image.toString("latin1", name, image.indexOf(0, name)) === wanted) return number(at + 8);
  }
  throw new Error(`the vdso has no ${wanted}`);
}

function read(pid: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  withMemory(pid, "r", (memory) => readSync(memory, bytes, 0, length, at));
  return bytes;
}

/** The process stands still meanwhile, so that it does not run half of it. */
function write(pid: number, at: number, bytes: Buffer): void {
  process.kill(pid, "SIGSTOP");
  try {
    withMemory(pid, "r+", (memory) => writeSync(memory, bytes, 0, bytes.length, at));
  } finally {
    process.kill(pid, "SIGCONT");
  }
}

function withMemory(pid: number, flags: string, act: (memory: number) => void): void {
  const memory = openSync(`/proc/${pid}/mem`, flags);
  try {
    act(memory);
  } finally {
    closeSync(memory);
  }
}
