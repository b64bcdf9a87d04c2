/** README.md of an exported model: facts only, all of them from the export itself. */
import type { ModelConfig } from '../config/run.ts';
import { architectureName } from './huggingFaceConfig.ts';

/** `metadata`: its plain values (text, numbers, yes or no) are listed, what is nested stays in rekindle.json. */
export function modelCard(model: ModelConfig, parameters: number, metadata: object): string {
  const { num_attention_heads: H, num_key_value_heads: K, head_dim: d } = model;
  const type = model.model_type ?? 'nemotron';
  const name = architectureName(model);
  const facts = Object.entries(metadata).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return `---
library_name: transformers
pipeline_tag: text-generation
tags:
  - ${type}
  - rekindle
---

# A small ${type === 'nemotron' ? 'Nemotron' : 'Llama'}-style language model

Trained by Rekindle. ${parameters.toLocaleString('en-US')} parameters, stored as 32-bit floats.

| Architecture | \`${name}\` |
| --- | --- |
| Layers | ${model.num_hidden_layers} |
| Width | ${model.hidden_size} |
| Width of the ${type === 'nemotron' ? 'squared-ReLU' : 'SwiGLU'} MLP | ${model.intermediate_size} |
| Query heads, key/value heads, head width | ${H}, ${K}, ${d} |
| Context | ${model.max_position_embeddings} tokens |
| Vocabulary | ${model.vocab_size} rows |
${facts.map(([key, value]) => `| ${cell(key)} | ${cell(String(value))} |\n`).join('')}
The whole record of the run (configuration, data blend, seed) is in \`rekindle.json\`.

## Use

\`\`\`python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(".")
model = AutoModelForCausalLM.from_pretrained(".")
inputs = tokenizer("Once", return_tensors="pt")
print(tokenizer.decode(model.generate(**inputs, max_new_tokens=40)[0]))
\`\`\`

## GGUF

llama.cpp's converter takes \`${name}\` with a ${type === 'nemotron' ? 'SentencePiece tokenizer, which this is not' : 'tokenizer whose hash it knows'}. Not tried.

## Limits

A model of this size has learned the manner of its training text and few facts: it is for study. File names, keys,
tensor names and shapes follow transformers' \`${name}\`; Rekindle's tests score such a folder with an
implementation of that architecture in float64, not with transformers itself.
`;
}

/** Text fit for a cell of a table. */
function cell(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[|\\`<>[\]]/g, '\\$&');
}
