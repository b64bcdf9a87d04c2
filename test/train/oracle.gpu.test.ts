import { test } from 'vitest';
import { gpu } from '../gpu/device.ts';
import { expectAlike } from './alike.ts';

test('twenty steps on the GPU measure what they measure in doubles', async () => expectAlike(await gpu()));
