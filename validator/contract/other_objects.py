"""The objects of the API that are neither runs nor pages of runs."""

OTHER_OBJECTS = {
    "thread.message": "message",
    "thread.run.step": "run step",
    "thread.run.step.delta": "run step delta",
    "thread.message.delta": "message delta",
    "assistant": "assistant",
    "thread": "thread",
    "chat.completion": "chat completion",
    "response": "response",
    "vector_store": "vector store",
    "file": "file",
    "model": "model",
    "batch": "batch",
}
"""What other objects of the API call themselves, in words."""
