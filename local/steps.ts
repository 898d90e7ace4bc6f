/** What a step can show of itself. */
export interface StepView {
  title: string;
  output: string;
}

/** A step: its title, and what it does. */
export type Step = [title: string, run: (view: StepView) => Promise<void>];

/** Runs steps one after the other and shows how they get on. Throws the error of the one that fails, for its caller to show. */
export async function runSteps(steps: Step[]): Promise<void> {
  let failure: unknown;
  const { Listr } = await import("listr2");
  const list = new Listr(
    steps.map(([title, run]) => ({
      title,
      task: async (_: unknown, view: StepView) => {
        try {
          await run(view);
        } catch (error) {
          failure = error;
          throw new Error("see below");
        }
      },
    })),
    { registerSignalListeners: false },
  );
  try {
    await list.run();
  } catch (error) {
    throw failure ?? error;
  }
}
