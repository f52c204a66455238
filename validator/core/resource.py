"""The objects of the API: the resource that is checked, and those that a user may send by mistake."""

from __future__ import annotations

from typing import Any, NamedTuple


class Resource(NamedTuple):
    """A family of objects that a list endpoint returns; its rules lie in `rules/`, its fields in `schemas/`.

    `item_schema` and `list_schema` name the schemas of an object and of a page of them. `object` is what an item has
    in its own field `object`; events are named `object.status`, those of what it consists of `nested_object.status`.
    `owners` are the fields that name what an item belongs to, `unique_field` is one that no other object has.
    `path_pattern` finds the paths of requests that return items; paths of those that return a page end in `list_path`.
    """

    name: str
    item_schema: str
    list_schema: str
    object: str
    nested_object: str
    id_prefix: str
    owners: tuple[str, ...]
    unique_field: str
    path_pattern: str
    list_path: str

    def is_event(self, name: str) -> bool:
        """Return whether an event of this name has an item."""
        return name.startswith(f"{self.object}.") and not name.startswith(f"{self.nested_object}.")

    def is_named_in(self, text: str | bytes) -> bool:
        """Return whether a text, which may be JSON, has the name of this object as a string."""
        return f'"{self.object}"' in text if isinstance(text, str) else f'"{self.object}"'.encode() in text

    def is_in_event(self, name: str, data: Any) -> bool:
        """Return whether an event has an item by its name, or data that call themselves one."""
        return self.is_event(name) or (isinstance(data, dict) and data.get("object") == self.object)


RUN = Resource(
    name="run",
    item_schema="run",
    list_schema="list_runs_response",
    object="thread.run",
    nested_object="thread.run.step",
    id_prefix="run_",
    owners=("thread_id", "assistant_id"),
    unique_field="started_at",
    path_pattern=r"/threads/(?:runs|[^/]+/runs(?:/[^/]+(?:/(?:cancel|submit_tool_outputs))?)?)/?$",
    list_path="/runs",
)

OTHER_OBJECTS = {
    "thread.message": "a message",
    "thread.run.step": "a run step",
    "thread.run.step.delta": "a run step delta",
    "thread.message.delta": "a message delta",
    "assistant": "an assistant",
    "thread": "a thread",
    "chat.completion": "a chat completion",
    "response": "a response",
    "vector_store": "a vector store",
    "file": "a file",
    "model": "a model",
    "batch": "a batch",
    "assistant.deleted": "a deleted assistant",
    "thread.deleted": "a deleted thread",
    "thread.message.deleted": "a deleted message",
    "chat.completion.chunk": "a chat completion chunk",
    "embedding": "an embedding",
    "vector_store.file": "a vector store file",
}
"""What the other objects of the API have in their field `object`, and what a sentence calls them."""
