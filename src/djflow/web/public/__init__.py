"""The public board: who comes to which market town when, with which services. No login, no personal telephone."""
