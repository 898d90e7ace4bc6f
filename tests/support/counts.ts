/** How the tests of a suite went; tests are named by their full titles. */
export interface Counts {
  passed: number;
  failed: string[];
  skipped: string[];
}

/** Environment variable with the path of the file to write the counts to. */
export const countsVariable = "COS_TEST_COUNTS";
