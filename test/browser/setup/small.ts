/** Settings of a computed run that is not waited for: one layer and rows of 16 tokens, with all the kernels of any other. */
export const small =
  'batch.sequences=2&batch.length=16&model.max_position_embeddings=16&model.num_hidden_layers=1&model.hidden_size=32&model.head_dim=8&model.intermediate_size=64&evaluation.rows=1';
