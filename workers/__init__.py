"""What happens by itself: scheduled checks, detection, notifications."""
