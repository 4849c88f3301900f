"""From an approved case to the bank and back: orders, batches of two persons, frozen files, the bank's answers.

It knows neither approvals nor the ledger. Its acts return `Settled` outcomes, which the caller posts or voids in the
same transaction. Source: handbook fund section 5; domain page sections 3.5 step 9 and 3.6.
"""
