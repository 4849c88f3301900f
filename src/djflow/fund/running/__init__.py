"""A case on its way: what is due after every act, the money, the lists, the payment, and who is told."""
