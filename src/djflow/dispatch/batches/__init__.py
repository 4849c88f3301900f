"""A batch from the demand survey to its close: demands, quotas, nominations, decision, publicity."""
