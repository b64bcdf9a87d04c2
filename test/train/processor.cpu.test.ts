import { test } from 'vitest';
import { openBackend } from '../../src/cli/node/backend.ts';
import { expectAlike } from './alike.ts';

test('twenty steps on the processor measure what they measure in doubles', async () =>
  expectAlike(await openBackend('cpu')));
