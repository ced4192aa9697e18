"""A computation: the cells of a round and what surrounded them."""
