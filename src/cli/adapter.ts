/** Says which adapter a terminal run would use. Fails where there is none. */
import { describeAdapter } from './describeAdapter.ts';
import { openNodeDevice } from './node/dawn.ts';

const { report } = await openNodeDevice();
console.log(`adapter: ${describeAdapter(report)}`);
