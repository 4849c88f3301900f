"""The demonstration district: real market rules, invented people; a home of its own that can be thrown away."""
