"""Whether transformers reads a folder as `score` does: python test/export/hfCheck.py MODEL SCORE TEXT OUT

SCORE is what `npm run recipe -- score --model MODEL --text TEXT --json SCORE` wrote. Prints the worst difference of a token, in nats, and
whether its tokenizer gives the text back; then saves the model to OUT as bf16 in small shards, for `score` to read again.
"""

import json
import sys

import torch
import transformers

model_folder, score_file, text_file, out = sys.argv[1:5]
with open(score_file) as file:
    score = json.load(file)
with open(text_file, newline="") as file:
    text = file.read()
model = transformers.AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32).eval()
tokenizer = transformers.AutoTokenizer.from_pretrained(model_folder)

worst = 0.0
with torch.no_grad():
    for tokens, ours in zip(score["tokens"], score["nll"]):
        logs = model(torch.tensor([tokens])).logits[0].double().log_softmax(-1)
        theirs = [-logs[i, token].item() for i, token in enumerate(tokens[1:])]
        # A window's first token has no prediction of its own.
        worst = max(worst, *(abs(a - b) for a, b in zip(theirs, ours[len(ours) - len(theirs) :])))
ids = tokenizer.encode(text, add_special_tokens=False)
print(f"transformers {transformers.__version__}, torch {torch.__version__}, {type(model).__name__}")
print(f"{len(score['tokens'])} rows, worst difference {worst:.1e} nats a token; text given back: {tokenizer.decode(ids) == text}")
model.to(torch.bfloat16).save_pretrained(out, max_shard_size="100KB")
tokenizer.save_pretrained(out)
