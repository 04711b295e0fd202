"""Write a trained model as a GGUF file: `python export.py demo-small --work DIR`."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
import torch
from chat import CHAT_TEMPLATE
from model import NORM_EPSILON, ROPE_BASE, Decoder, Shape
from recipes import RECIPES, Recipe
from tokenizer import END, END_OF_TEXT, SPECIAL_TOKENS, Tokenizer
from torch import Tensor

CONTEXT_TOKENS = 512
DESCRIPTION = (
    "A toy model for demonstrations, trained from scratch on synthetic text of a company's knowledge assistant. "
    "Not for real work."
)


@dataclass(frozen=True, slots=True)
class Training:
    """A trained model and how long that took, the models that it grew from included."""

    model: Decoder
    steps: int
    seconds: int


def load_training(recipe: Recipe, work: Path) -> Training:
    state = torch.load(work / f"{recipe.name}.pt")
    model = Decoder(recipe.shape)
    model.load_state_dict(state["model"])
    steps, seconds = state["step"], round(state["seconds"])
    if recipe.grown_from:
        earlier = load_training(RECIPES[recipe.grown_from], work)
        steps, seconds = steps + earlier.steps, seconds + earlier.seconds
    return Training(model, steps, seconds)


def write_gguf(recipe: Recipe, training: Training, tokenizer: Tokenizer, path: Path) -> None:
    """The whole model in one file: metadata, vocabulary, chat template, weights (matrices F16, norms F32)."""
    writer = gguf.GGUFWriter(path, "llama")
    _write_general(writer, recipe)
    _write_training(writer, recipe, training)
    _write_shape(writer, recipe.shape)
    _write_vocabulary(writer, tokenizer)
    for name, tensor in tensors_of(training.model).items():
        array = tensor.detach().float().numpy()
        writer.add_tensor(name, array.astype(np.float16) if array.ndim == 2 else array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_general(writer: gguf.GGUFWriter, recipe: Recipe) -> None:
    writer.add_name(recipe.title)
    writer.add_description(DESCRIPTION)
    writer.add_license("apache-2.0")
    writer.add_author("Model Selection Workbench")
    writer.add_languages(["en"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)


def _write_training(writer: gguf.GGUFWriter, recipe: Recipe, training: Training) -> None:
    """What the model card says of the training, so that the card is written from the files themselves."""
    writer.add_uint64("general.parameter_count", training.model.parameter_count())
    writer.add_uint32("training.steps", training.steps)
    writer.add_uint32("training.seconds", training.seconds)
    writer.add_uint32("training.seed", recipe.seed)


def _write_shape(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_context_length(CONTEXT_TOKENS)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(NORM_EPSILON)
    writer.add_vocab_size(shape.vocabulary)


def _write_vocabulary(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    special, normal = len(SPECIAL_TOKENS), len(tokenizer.tokens) - len(SPECIAL_TOKENS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(list(tokenizer.tokens))
    writer.add_token_types([gguf.TokenType.CONTROL] * special + [gguf.TokenType.NORMAL] * normal)
    writer.add_token_merges([" ".join(pair) for pair in tokenizer.merges])
    writer.add_bos_token_id(END_OF_TEXT)
    writer.add_eos_token_id(END)
    writer.add_eot_token_id(END)
    writer.add_pad_token_id(END_OF_TEXT)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def tensors_of(model: Decoder) -> dict[str, Tensor]:
    """The weights under llama.cpp's names. The output layer is left out: it is the embedding."""
    named = {"token_embd.weight": model.embedding.weight, "output_norm.weight": model.norm.weight}
    for index, block in enumerate(model.blocks):
        prefix = f"blk.{index}"
        for letter, part in zip("qkv", block.qkv.weight.chunk(3), strict=True):
            named[f"{prefix}.attn_{letter}.weight"] = part
        gate, up = block.gate_up.weight.chunk(2)
        named |= {
            f"{prefix}.attn_norm.weight": block.attention_norm.weight,
            f"{prefix}.attn_output.weight": block.attention_out.weight,
            f"{prefix}.ffn_norm.weight": block.feed_forward_norm.weight,
            f"{prefix}.ffn_gate.weight": gate,
            f"{prefix}.ffn_up.weight": up,
            f"{prefix}.ffn_down.weight": block.down.weight,
        }
    return named


def main() -> None:
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=RECIPES)
    parser.add_argument("--work", type=Path, required=True, help="folder with the checkpoints of train.py")
    arguments = parser.parse_args()
    recipe = RECIPES[arguments.model]
    training = load_training(recipe, arguments.work)
    write_gguf(recipe, training, Tokenizer.load(here / "tokenizer.json"), here / f"{recipe.name}.gguf")


if __name__ == "__main__":
    main()
