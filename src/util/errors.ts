/**
 * An error the user caused and can mend: its message is one sentence that says what happened, both values and what to do.
 * The page shows it as it stands; the command line prints it and exits with a non-zero code. Anything else is a defect of ours.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** Stable name of the cause. What refuses anything from outside gives one, so that no test or report matches prose. */
  readonly code: string | undefined;

  constructor(message: string, options: { code?: string; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = options.code;
  }
}
