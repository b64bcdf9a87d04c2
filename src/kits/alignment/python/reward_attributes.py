"""The reward model of attributes with transformers alone, for TRL has none: python reward_attributes.py NAME MODEL."""

import argparse

import torch
from datasets import load_dataset
from recipe import ATTRIBUTES, STAGES
from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments


class AttributeTrainer(Trainer):
    """Mean squared error over the labels that were given; a missing one is not a number and counts nothing."""

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        labels = inputs.pop("labels").float()
        outputs = model(**inputs)
        given = ~torch.isnan(labels)
        errors = torch.where(given, outputs.logits.float() - torch.nan_to_num(labels), torch.zeros_like(labels))
        loss = errors.square().sum() / given.sum().clamp(min=1)
        return (loss, outputs) if return_outputs else loss


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=[name for name, stage in STAGES.items() if stage["kind"] == "reward"])
    parser.add_argument("model")
    given = parser.parse_args()
    stage = STAGES[given.name]
    tokenizer = AutoTokenizer.from_pretrained(given.model)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    rows = load_dataset("json", data_files=f"data/{given.name}.jsonl", split="train")

    def encode(row):
        text = tokenizer.apply_chat_template(row["messages"], tokenize=False)
        # The mark that ends the last turn makes room for the judge's.
        judged = text.removesuffix("<extra_id_1>") + "<extra_id_2>"
        values = row["attributes"]
        labels = values if isinstance(values, list) else [values.get(name) for name in ATTRIBUTES]
        labels = [float("nan") if value in (None, -100) else float(value) for value in labels]
        return {**tokenizer(judged, add_special_tokens=False), "labels": labels}

    model = AutoModelForSequenceClassification.from_pretrained(
        given.model, num_labels=len(ATTRIBUTES), problem_type="regression"
    )
    model.config.pad_token_id = tokenizer.pad_token_id
    arguments = TrainingArguments(
        output_dir=f"out/{given.name}",
        num_train_epochs=stage["epochs"],
        per_device_train_batch_size=stage["batch"],
        learning_rate=stage["rate"],
        warmup_steps=stage["warmup"],
        adam_beta2=0.95,
        max_grad_norm=1.0,
        seed=stage["seed"],
    )
    data = rows.map(encode, remove_columns=rows.column_names)
    trainer = AttributeTrainer(model=model, args=arguments, train_dataset=data, processing_class=tokenizer)
    trainer.train()
    trainer.save_model()
    tokenizer.save_pretrained(arguments.output_dir)


if __name__ == "__main__":
    main()
