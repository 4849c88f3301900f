"""Courses: who is called, attendance signed off by the host, hours credited per year, absences while away."""
