"""Two-phase continued pretraining with transformers' Trainer: one script, launched once a phase.

accelerate launch --num_processes N --mixed_precision bf16 train_cpt.py --phase 1
accelerate launch --num_processes N --mixed_precision bf16 train_cpt.py --phase 2

Phase 1 saves and stops at the switch; phase 2 goes on from there with the same max_steps, so the rate is one curve.
Each source is data/SOURCE.jsonl, a document a line under "text". Written for transformers 4.57 to 5.17.
"""

import argparse
import os

import datasets
import torch
import transformers

import recipe

# Documents of a source that are counted to learn how many tokens one has.
COUNTED = 1000


def mean_tokens(documents, tokenizer):
    counts = [len(tokenizer(row["text"], add_special_tokens=False)["input_ids"]) + 1 for row in documents.take(COUNTED)]
    return sum(counts) / len(counts)


def blended(phase, folder, tokenizer):
    """Rows of equal length of a phase's blend. interleave_datasets counts documents, a recipe tokens."""
    blend = recipe.BLENDS[phase - 1]
    parts = {
        name: datasets.load_dataset(
            "json", data_files=os.path.join(folder, name + ".jsonl"), split="train", streaming=True
        ).select_columns(["text"])
        for name in blend
    }
    means = {name: mean_tokens(part, tokenizer) for name, part in parts.items()}
    shares = recipe.document_shares(blend, means)
    mixed = datasets.interleave_datasets(
        [parts[name] for name in blend],
        probabilities=[shares[name] for name in blend],
        seed=recipe.SEED + phase,
        # Not all_exhausted_without_replacement: small sources would run dry and the blend would drift.
        stopping_strategy="all_exhausted",
    )

    def pack(batch):
        ids = []
        for text in batch["text"]:
            ids += tokenizer(text, add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
        length = recipe.SEQUENCE_LENGTH
        rows = [ids[at : at + length] for at in range(0, len(ids) - length + 1, length)]
        return {"input_ids": rows, "labels": [list(row) for row in rows], "attention_mask": [[1] * length for _ in rows]}

    return mixed.map(pack, batched=True, batch_size=COUNTED, remove_columns=["text"])


class RecipeTrainer(transformers.Trainer):
    def create_scheduler(self, num_training_steps, optimizer=None):
        """The recipe's own curve: its last step is at the end's rate, and every kind of it is there."""
        if self.lr_scheduler is None:
            self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(
                optimizer or self.optimizer, lambda step: recipe.lr(step) / recipe.PEAK
            )
            self._created_lr_scheduler = True
        return self.lr_scheduler


class StopAtSwitch(transformers.TrainerCallback):
    def on_step_end(self, args, state, control, **kwargs):
        if recipe.SWITCH is not None and state.global_step == recipe.SWITCH:
            control.should_save = True
            control.should_training_stop = True
        return control


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phase", type=int, choices=(1, 2), required=True)
    parser.add_argument("--model", default="model", help="the HuggingFace folder to continue")
    parser.add_argument("--data", default="data", help="the folder of SOURCE.jsonl")
    parser.add_argument("--out", default="checkpoints")
    parser.add_argument("--per-device", type=int, default=1, help="rows a device takes at once")
    given = parser.parse_args()
    if given.phase == 2 and recipe.SWITCH is None:
        parser.error("this recipe has one phase")

    together = given.per_device * int(os.environ.get("WORLD_SIZE", "1"))
    if recipe.GLOBAL_BATCH % together != 0:
        parser.error(f"{recipe.GLOBAL_BATCH} rows a step are no multiple of {together} at once")
    tokenizer = transformers.AutoTokenizer.from_pretrained(given.model)
    model = transformers.AutoModelForCausalLM.from_pretrained(given.model)
    arguments = transformers.TrainingArguments(
        output_dir=given.out,
        max_steps=recipe.STEPS,
        per_device_train_batch_size=given.per_device,
        gradient_accumulation_steps=recipe.GLOBAL_BATCH // together,
        learning_rate=recipe.PEAK,
        warmup_steps=recipe.WARMUP,
        # The nearest built-in, for whoever reads the arguments; create_scheduler above is what runs.
        lr_scheduler_type="cosine_with_min_lr",
        lr_scheduler_kwargs={"min_lr": recipe.END},
        optim="adamw_torch_fused",
        adam_beta1=recipe.BETA1,
        adam_beta2=recipe.BETA2,
        adam_epsilon=recipe.EPSILON,
        weight_decay=recipe.WEIGHT_DECAY,
        max_grad_norm=recipe.MAX_GRAD_NORM,
        bf16=torch.cuda.is_available(),
        logging_steps=1,
        save_strategy="steps",
        save_steps=max(1, recipe.STEPS // 10),
        seed=recipe.SEED,
        data_seed=recipe.SEED + given.phase,
        ignore_data_skip=given.phase == 2,
        remove_unused_columns=False,
        report_to="none",
    )
    trainer = RecipeTrainer(
        model=model,
        args=arguments,
        train_dataset=blended(given.phase, given.data, tokenizer),
        data_collator=transformers.default_data_collator,
        callbacks=[StopAtSwitch()] if given.phase == 1 else [],
    )
    saved = os.path.join(given.out, f"checkpoint-{recipe.SWITCH}") if given.phase == 2 else None
    trainer.train(resume_from_checkpoint=saved)
    if given.phase == 2 or recipe.SWITCH is None:
        trainer.save_model(os.path.join(given.out, "final"))
        tokenizer.save_pretrained(os.path.join(given.out, "final"))


if __name__ == "__main__":
    main()
