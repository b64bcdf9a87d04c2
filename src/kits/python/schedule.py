

def remaining(shape, q):
    """Share of PEAK - END that is left at progress q of the decay."""
    if shape == "linear":
        return 1 - q
    if shape == "cosine":
        return 0.5 * (1 + math.cos(math.pi * q))
    return 1 - math.sqrt(q)


def lr(step):
    """The rate of step 0 ... STEPS - 1; the last one is at END."""
    if step < WARMUP:
        return WARMUP_START + (PEAK - WARMUP_START) * (step / WARMUP)
    if DECAY is None:
        return PEAK
    if step >= STEPS - 1:
        return END
    start, length, shape = DECAY
    if step <= start:
        return PEAK
    return END + (PEAK - END) * remaining(shape, (step - start) / length)


def blend(step):
    """Shares of tokens by source at a step."""
    return BLENDS[1 if SWITCH is not None and step >= SWITCH else 0]


def document_shares(token_shares, mean_tokens):
    """Shares of tokens as shares of documents: p ~ w / mean tokens of a document."""
    raw = {name: share / mean_tokens[name] for name, share in token_shares.items()}
    total = sum(raw.values())
    return {name: value / total for name, value in raw.items()}
