<?php
header('Content-Type: text/plain');
echo "php\n";
