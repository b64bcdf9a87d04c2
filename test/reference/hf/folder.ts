/**
 * Reads config.json and model.safetensors of an exported folder, knowing only their formats: none of the project's code
 * takes part, so that what the exporter gets wrong cannot be undone by the same mistake here. For well-formed files of
 * our own making.
 */

/** A tensor in float64, row-major. */
export interface Tensor {
  shape: number[];
  data: Float64Array;
}

export interface Checkpoint {
  config: Record<string, unknown>;
  tensors: Map<string, Tensor>;
}

export function readCheckpoint(files: Iterable<{ name: string; bytes: Uint8Array }>): Checkpoint {
  const find = (name: string): Uint8Array => {
    for (const file of files) if (file.name === name) return file.bytes;
    throw new Error(`no ${name}`);
  };
  return {
    config: JSON.parse(new TextDecoder().decode(find('config.json'))) as Record<string, unknown>,
    tensors: readTensors(find('model.safetensors')),
  };
}

/** u64 header length, JSON header, data; every tensor F32, read value by value. */
function readTensors(bytes: Uint8Array): Map<string, Tensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (dtype !== 'F32') throw new Error(`${name} is ${dtype}, not F32`);
    const start = 8 + headerLength + data_offsets[0];
    const data = new Float64Array((data_offsets[1] - data_offsets[0]) / 4);
    for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(start + 4 * i, true);
    tensors.set(name, { shape, data });
  }
  return tensors;
}
