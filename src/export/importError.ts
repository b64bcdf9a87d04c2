import { UserError } from '../util/errors.ts';

/** Why a file from outside was refused. One code a cause, so that tests and bug reports need not match on prose. */
export type ImportCode =
  // safetensors
  | 'truncated' // no room for the 8-byte header length
  | 'header-length' // header length 0, over the limit or beyond the file
  | 'header-utf8' // header is not UTF-8
  | 'header-syntax' // header is not the JSON that the format allows
  | 'header-entry' // a tensor's entry lacks a key or has an unknown one
  | 'duplicate' // the same name twice
  | 'metadata' // __metadata__ holds something other than strings
  | 'dtype' // unknown element type
  | 'shape' // impossible shape
  | 'offsets' // byte range reversed or outside the file
  | 'size' // byte range does not fit shape and dtype
  | 'overlap' // two tensors share bytes
  | 'hole' // bytes that belong to no tensor
  // HuggingFace folder
  | 'missing-file'
  | 'shard' // a shard and the index disagree on what it holds
  | 'too-large' // a .json file far beyond what a model needs
  | 'json' // a .json file that does not parse, or is not an object
  | 'metadata-mismatch' // rekindle.json is of another model than config.json
  | 'config' // a key of config.json is missing, out of range or unsupported
  | 'missing-tensor'
  | 'unexpected-tensor'
  | 'tensor-shape' // a tensor's shape disagrees with config.json
  | 'tensor-dtype' // a tensor that holds no real numbers
  | 'non-finite'; // NaN or infinity among the weights

/** A file from outside was refused: one clear sentence, with a code. Nothing of the file has been taken over. */
export class ImportError extends UserError {
  declare readonly code: ImportCode;

  constructor(code: ImportCode, reason: string) {
    super(`${reason} (code ${code}).`, { code });
  }
}
