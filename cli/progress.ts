import type { Terminal } from "./terminal";

/** How long nothing is said before it is said that something is done, and then between two times. Milliseconds. */
const silence = { first: 2_000, between: 10_000 };

/**
 * A terminal on which it is said that a command still works, where it says nothing itself for a while.
 *
 * @param end stops that
 */
export function watchful(
  terminal: Terminal,
  command: string,
  times = silence,
): { terminal: Terminal; end: () => void } {
  const started = Date.now();
  let timer: NodeJS.Timeout | undefined;
  const wait = (time: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      terminal.note(`${command}: at work for ${Math.round((Date.now() - started) / 1000)} s …`);
      wait(times.between);
    }, time).unref();
  };
  wait(times.first);
  return {
    terminal: {
      ...terminal,
      print: (text) => {
        wait(times.between);
        terminal.print(text);
      },
      note: (text) => {
        wait(times.between);
        terminal.note(text);
      },
    },
    end: () => {
      clearTimeout(timer);
    },
  };
}
