/** Ends a command with an exit code and a message for the person at the terminal: what, where, and how to go on. */
export class Failure extends Error {
  override name = 'Failure'
  constructor(
    message: string,
    /** 1: it did not work; 2: it was called wrongly. */
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message)
  }
}
