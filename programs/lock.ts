import { createHash } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** Who holds a lock, as the holder itself says. */
export interface Holder {
  pid: number;
  /** When the lock was taken, ISO 8601. */
  since: string;
}

export interface Lock {
  /** Gives the lock back. Also done by the kernel when the process ends, however it ends. */
  release(): Promise<void>;
}

export interface AcquireOptions {
  /** Called once if somebody else holds the lock. */
  onWait?: ((holder: Holder) => void) | undefined;
  /** Ends the waiting; `acquireLock` then rejects with its reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Takes the machine-wide lock of this user with that name, or says who has it.
 * `holder` is undefined when the holder does not answer (stopped, say, or just gone).
 */
export async function tryLock(
  name: string,
): Promise<{ lock: Lock; holder?: undefined } | { lock?: undefined; holder: Holder | undefined }> {
  const address = addressOf(name);
  const lock = await bind(address);
  if (lock) return { lock };
  let holder: Holder | undefined;
  const answered = new AbortController();
  await listenToHolder(address, AbortSignal.any([answered.signal, AbortSignal.timeout(1000)]), (told) => {
    holder = told;
    answered.abort();
  });
  return { holder };
}

/** Takes the machine-wide lock of this user with that name, waiting for it as long as it takes. */
export async function acquireLock(name: string, options: AcquireOptions = {}): Promise<Lock> {
  const address = addressOf(name);
  let { onWait } = options;
  for (;;) {
    options.signal?.throwIfAborted();
    const lock = await bind(address);
    if (lock) return lock;
    await listenToHolder(address, options.signal, (holder) => {
      onWait?.(holder);
      onWait = undefined;
    });
    // A holder that is too busy to be connected to must not be asked in a tight loop.
    await delay(20);
  }
}

/**
 * A lock is a listening socket in Linux's abstract namespace: no file that could be left behind, one listener at a time,
 * and gone with its process. Names there are at most 107 bytes, hence the hash.
 */
function addressOf(name: string): string {
  const uid = process.getuid?.() ?? 0;
  return `\0pulumi-cos-${uid}-${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
}

async function bind(address: string): Promise<Lock | undefined> {
  const connections = new Set<Socket>();
  const self: Holder = { pid: process.pid, since: new Date().toISOString() };
  const server = createServer((socket) => {
    // The connection stays open: its end tells whoever waits that the lock is free.
    connections.add(socket);
    socket.unref();
    socket.on("error", () => socket.destroy());
    socket.on("close", () => connections.delete(socket));
    socket.resume();
    socket.write(`${JSON.stringify(self)}\n`);
  });
  if (!(await listens(server, address))) return undefined;
  server.unref();
  return {
    release: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of connections) socket.destroy();
      }),
  };
}

function listens(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen(address, () => {
      resolve(true);
    });
  });
}

/** Connects to the holder, passes on what it says, and returns when it lets go or the signal fires. */
async function listenToHolder(
  address: string,
  signal: AbortSignal | undefined,
  onHolder: (holder: Holder) => void,
): Promise<void> {
  const socket = connect(signal ? { path: address, signal } : { path: address });
  socket.setEncoding("utf8");
  let text = "";
  try {
    for await (const chunk of socket) {
      text += String(chunk);
      const end = text.indexOf("\n");
      if (end < 0) continue;
      const holder = parseHolder(text.slice(0, end));
      if (holder) onHolder(holder);
      text = "";
    }
  } catch {
    // The holder went away, or the signal fired: both are the caller's to look at.
  } finally {
    socket.destroy();
  }
}

function parseHolder(line: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || !("pid" in value) || !("since" in value)) return undefined;
    const { pid, since } = value;
    return typeof pid === "number" && typeof since === "string" ? { pid, since } : undefined;
  } catch {
    return undefined;
  }
}
