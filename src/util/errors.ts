/**
 * An error the user caused and can mend: its message is one sentence that says what happened, both values and what to do.
 * The page shows it as it stands; the command line prints it and exits with a non-zero code. Anything else is a defect of ours.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}
