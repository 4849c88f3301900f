"""Leave of somebody who is posted: short leave the host grants, longer leave the organisation department."""
