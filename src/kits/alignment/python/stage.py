"""One stage of the recipe with TRL: python stage.py NAME MODEL. Reads data/NAME.jsonl, writes out/NAME."""

import argparse
import math

from datasets import load_dataset
from recipe import STAGES
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer, SFTConfig, SFTTrainer


def shared(stage, name):
    """Arguments that every trainer has. Rates of a model of this size: choose your own for a larger one."""
    end = stage["end"]
    return {
        "output_dir": f"out/{name}",
        "num_train_epochs": stage["epochs"],
        "per_device_train_batch_size": stage["batch"],
        "learning_rate": stage["rate"],
        "warmup_steps": stage["warmup"],
        "lr_scheduler_type": "constant_with_warmup" if end == 1 else "cosine_with_min_lr",
        "lr_scheduler_kwargs": {} if end == 1 else {"min_lr_rate": end},
        "adam_beta2": 0.95,
        "max_grad_norm": 1.0,
        "seed": stage["seed"],
        "bf16": False,
    }


def turns(text, role):
    return [{"role": role, "content": text}] if isinstance(text, str) else text


def as_pairs(row):
    return {
        "prompt": turns(row["prompt"], "user"),
        "chosen": turns(row["chosen"], "assistant"),
        "rejected": turns(row["rejected"], "assistant"),
    }


def answer_tokens(tokenizer, data):
    """Mean tokens of a chosen answer: TRL's SFT term is a mean over tokens, Rekindle's a sum."""
    lengths = [len(tokenizer(row["chosen"][0]["content"])["input_ids"]) + 1 for row in data]
    return sum(lengths) / len(lengths)


def smoothing(rows, eta):
    """1 minus the mean of sigmoid(eta * gap of rewards): the one number that label smoothing can take from the rewards."""
    gaps = [row["reward_chosen"] - row["reward_rejected"] for row in rows]
    return sum(1 / (1 + math.exp(eta * gap)) for gap in gaps) / len(gaps)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=list(STAGES))
    parser.add_argument("model")
    given = parser.parse_args()
    stage = STAGES[given.name]
    rows = load_dataset("json", data_files=f"data/{given.name}.jsonl", split="train")
    tokenizer = AutoTokenizer.from_pretrained(given.model)
    arguments = shared(stage, given.name)
    if stage["kind"] == "sft":
        # The chat template marks no answer: a last turn is cut off as the completion, whose tokens alone are learnt.
        data = rows.map(
            lambda row: {"prompt": row["messages"][:-1], "completion": row["messages"][-1:]},
            remove_columns=rows.column_names,
        )
        model = AutoModelForCausalLM.from_pretrained(given.model)
        config = SFTConfig(completion_only_loss=True, **arguments)
        trainer = SFTTrainer(model=model, args=config, train_dataset=data, processing_class=tokenizer)
    elif stage["kind"] == "reward":
        # RewardTrainer knows pairs alone (Bradley-Terry): five attributes are reward_attributes.py's.
        data = rows.map(as_pairs, remove_columns=rows.column_names)
        model = AutoModelForSequenceClassification.from_pretrained(given.model, num_labels=1)
        trainer = RewardTrainer(
            model=model, args=RewardConfig(**arguments), train_dataset=data, processing_class=tokenizer
        )
    else:
        data = rows.map(as_pairs, remove_columns=rows.column_names)
        weight = stage["sft_weight"] * answer_tokens(tokenizer, data)
        config = DPOConfig(
            beta=stage["beta"],
            loss_type=["sigmoid", "sft"],
            loss_weights=[1.0, weight],
            # 0 is DPO. Above it this is conservative DPO, and not RPO: every pair has the same target.
            label_smoothing=smoothing(rows, stage["eta"]) if stage["kind"] == "rpo" else 0.0,
            precompute_ref_log_probs=True,
            **arguments,
        )
        model = AutoModelForCausalLM.from_pretrained(given.model)
        trainer = DPOTrainer(model=model, args=config, train_dataset=data, processing_class=tokenizer)
    trainer.train()
    trainer.save_model()
    tokenizer.save_pretrained(arguments["output_dir"])


if __name__ == "__main__":
    main()
