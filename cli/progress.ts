import type { Terminal } from "./terminal";

/** How long nothing is said before it is said that something is done, and then between two silence. Milliseconds. */
const silence = { first: 2_000, between: 10_000 };

/**
 * A terminal on which it is said that a command still works, where it says nothing itself for a while.
 *
 * @param end stops that
 */
export function watchful(terminal: Terminal, command: string): { terminal: Terminal; end: () => void } {
  const started = Date.now();
  let timer: NodeJS.Timeout | undefined;
  const wait = (time: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      terminal.note(`${command}: at work for ${Math.round((Date.now() - started) / 1000)} s …`);
      wait(silence.between);
    }, time).unref();
  };
  wait(silence.first);
  return {
    terminal: {
      ...terminal,
      print: (text) => {
        wait(silence.between);
        terminal.print(text);
      },
      note: (text) => {
        wait(silence.between);
        terminal.note(text);
      },
    },
    end: () => {
      clearTimeout(timer);
    },
  };
}
