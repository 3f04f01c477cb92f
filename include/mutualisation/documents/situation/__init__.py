"""This room says where a year stands at the end of a month (R22), from a build made aside: nothing is published."""
