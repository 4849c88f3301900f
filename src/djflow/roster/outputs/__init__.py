"""What the office hands out from a roster: Excel, calendar files, the public notice, pictures, markdown.

Pure rendering: values of `djflow.roster.views` in, bytes or text out.
"""
