"""The fund's books, on TigerBeetle's model in SQL: immutable transfers, balances that only the database moves.

An account holds the money of one source (财政拨款, 党组织募集, 党员捐赠, 党费划拨) or of one earmark, and goes on from
year to year; a year's end writes down what was carried over. Three figures say everything: what came in, what is
reserved, what was spent; `reserved + spent` never exceeds what came in. A transfer is `single` (money comes in, or an
earlier transfer is taken back), `pending` (reserved for a case), `post` (the bank has paid it) or `void` (released).
Transfers are chained by hash; the head is sent out of the house daily, because a chain that is written anew from the
start proves itself. Source: TigerBeetle, two-phase transfers; handbook fund.md section 1.
"""
